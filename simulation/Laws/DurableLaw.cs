using System.Collections.Immutable;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market;
using StreamForge.Silo.Storage;

namespace StreamForge.Simulation.Laws;

/// <summary>A low-water mark is stored only when all below it is in the durable state of its entity, or its key is durably parked.</summary>
internal sealed class DurableLaw : Law
{
    private readonly HashSet<(PartitionKey, string)> _parked = [];
    private readonly Dictionary<string, ImmutableArray<FeedPosition>> _held = new(StringComparer.Ordinal);

    public override string Name => "L1 nothing lost";

    public override void Parked(PartitionKey key, ParkedRow row) => _parked.Add((key, row.Key));

    public override void Storing(StateWrite write)
    {
        if (write.Key.Kind != InstrumentGrain.StateName)
            return;
        var state = new InstrumentState();
        state.Read(write.Payload.Span, write.SchemaVersion);
        _held[write.ETag] = state.Feeds.Capture();
    }

    public override void Advancing(PartitionKey key, long lowWater, IReadOnlyDictionary<string, (long Last, string? ETag)> rows)
    {
        foreach (var (name, (last, etag)) in rows)
            if (HeldBy(etag, key) is var held && held < last && !_parked.Contains((key, name)))
                Broken(name, $"{key.Topic}/{key.Partition} is called done below {lowWater}, where record {last} stands; what is durable holds {held}");
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
