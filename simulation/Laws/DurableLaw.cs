using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;

namespace StreamForge.Simulation.Laws;

/// <summary>
/// A low-water mark is stored only when all below it is done: in the durable state of its entity, durably parked, or, of raw records,
/// acknowledged as derived or dead-lettered.
/// </summary>
internal sealed class DurableLaw : Law
{
    private Dictionary<(PartitionKey, string), long> _parkedFrom = [];
    private Dictionary<(PartitionKey, string), long> _parkedInBackup = [];
    private readonly Dictionary<string, ImmutableArray<FeedPosition>> _held = new(StringComparer.Ordinal);
    private readonly Dictionary<PartitionKey, long> _eachDone = [];
    // By the event id of the letter: several about one record are one row.
    private HashSet<string> _indexed = new(StringComparer.Ordinal);
    private HashSet<string> _indexedInBackup = [];

    public override string Name => "L1 nothing lost";

    // A key parked again keeps the lower offset.
    public override void Parking(PartitionKey key, ParkedRow row) =>
        _parkedFrom[(key, row.Key)] = Math.Min(row.FromOffset, _parkedFrom.GetValueOrDefault((key, row.Key), long.MaxValue));

    public override void Unparked(PartitionKey key, string recordKey) => _parkedFrom.Remove((key, recordKey));

    public override void Storing(RowWrite write)
    {
        if (write.State is { } state)
            _held[write.Write.ETag] = state.Feeds.Capture();
    }

    public override void Stored(RowWrite write)
    {
        if (write.Key.Kind != "$dead-letter")
            return;
        var letter = JsonSerializer.Deserialize<JsonElement>(write.Write.Payload.Span);
        var place = letter.GetProperty("place");
        _indexed.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"dead/{letter.GetProperty("group").GetString()}/{place.GetProperty("logId").GetGuid():N}/{place.GetProperty("partition").GetInt32()}/{place.GetProperty("offset").GetInt64()}"));
    }

    public override void StorageBackedUp() => (_parkedInBackup, _indexedInBackup) = (new(_parkedFrom), [.. _indexed]);

    public override void StorageSetBack()
    {
        (_parkedFrom, _indexed) = (new(_parkedInBackup), [.. _indexedInBackup]);
        _eachDone.Clear();
    }

    public override void Advancing(PartitionKey key, long lowWater, IReadOnlyDictionary<string, (long Last, string? ETag)> rows)
    {
        if (key.Topic is Topics.RawMarket or Topics.DeadLetters)
        {
            CheckEach(key, lowWater);
            return;
        }

        // Who was paused stores a mark of a log that is gone: nobody reads there, and entities hold positions of the new one.
        if (key.LogId != World.Tap.LogOf(key.Topic))
            return;
        foreach (var (name, (end, etag)) in rows)
        {
            var last = end;
            if (_parkedFrom.TryGetValue((key, name), out var from))
            {
                Checked("parked");
                last = World.Tap.LastBelow(key, name, Math.Min(from, lowWater));
            }

            while (World.Tap.LostFrom(key, last) is { } lost)
            {
                Checked("lost to retention");
                last = World.Tap.LastBelow(key, name, lost);
            }

            Checked("applied");
            if (HeldBy(etag, key) is var held && held < last)
                Broken(name, $"{key.Topic}/{key.Partition} is called done below {lowWater}, where record {last} stands; what is durable holds {held}");
        }
    }

    private void CheckEach(PartitionKey key, long lowWater)
    {
        var isRaw = key.Topic == Topics.RawMarket;
        foreach (var offset in World.Tap.Between(key, _eachDone.GetValueOrDefault(key), lowWater))
        {
            Checked(isRaw ? "derived" : "indexed");
            var isDone = isRaw ? World.Tap.IsDone(key, offset) : World.Tap.IdAt(key.Topic, key.LogId, key.Partition, offset) is { } id && _indexed.Contains(id);
            if (!isDone && World.Tap.LostFrom(key, offset) is null)
                Broken($"{key.Topic}/{key.Partition}", $"called done below {lowWater}, and nothing was made of record {offset}");
        }

        _eachDone[key] = Math.Max(lowWater, _eachDone.GetValueOrDefault(key));
    }

    private long HeldBy(string? etag, PartitionKey key)
    {
        if (etag is not null && _held.TryGetValue(etag, out var feeds))
            foreach (var feed in feeds)
                if (feed.Topic == key.Topic && feed.Position.LogId == key.LogId && feed.Position.Partition == key.Partition)
                    return feed.Position.Offset;
        return -1;
    }
}
