using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;

namespace StreamForge.Simulation.World;

/// <summary>A record as it was handed to the log, whatever became of that.</summary>
/// <param name="Names">Its headers that say who it is.</param>
internal sealed record HandedIn(string Topic, string Key, ReadOnlyMemory<byte> Value, IReadOnlyDictionary<string, string> Names)
{
    /// <summary>A header; none where it has none of that name.</summary>
    public string? this[string name] => Names.GetValueOrDefault(name);
}

/// <summary>What was handed to the log and what it acknowledged, for the laws.</summary>
internal sealed class LogTap(Story story, Action<HandedIn> handedIn)
{
    private const int Shown = 150;
    private readonly Dictionary<(string Topic, Guid LogId, int Partition), SortedDictionary<string, List<long>>> _offsets = [];
    private readonly Dictionary<(string Topic, Guid LogId, int Partition, long Offset), string?> _ids = [];
    private readonly Dictionary<string, Guid> _logs = new(StringComparer.Ordinal);
    // Several of one id: what a raw record was made of twice, since its first acknowledgement was lost, is derived twice.
    private readonly Dictionary<string, List<HandedIn>> _handedIn = new(StringComparer.Ordinal);
    private readonly HashSet<(string Instrument, string RepairId)> _repairs = [];
    // By place: the records that something was made of, or that were given up.
    private readonly HashSet<(Guid LogId, int Partition, long Offset)> _done = [];

    private readonly HashSet<(string Letter, LogPosition At)> _replays = [];

    private readonly List<(string Topic, Guid LogId, int Partition, long From, long To)> _lost = [];

    public void Topic(TopicInfo topic) => _logs[topic.Name] = topic.LogId;

    /// <summary>The log that a topic is now.</summary>
    public Guid LogOf(string topic) => _logs.GetValueOrDefault(topic);

    /// <summary>A record is about to be handed to the log.</summary>
    public void Hand(NewRecord record)
    {
        if (record.Key is not { } key || Header(record, RecordHeaders.EventId) is not { } id)
            return;
        var handed = new HandedIn(
            record.Topic, Encoding.UTF8.GetString(key.Span), record.Value,
            record.Headers.ToDictionary(h => h.Name, h => Encoding.UTF8.GetString(h.Value.Span), StringComparer.Ordinal));
        ref var same = ref CollectionsMarshal.GetValueRefOrAddDefault(_handedIn, id, out _);
        (same ??= []).Add(handed);
        if (handed[RecordHeaders.RepairId] is { } repair)
            _repairs.Add((handed.Key, repair));
        handedIn(handed);
    }

    /// <summary>The record of an id, of this origin where there is one; none where nobody ever handed in one.</summary>
    public HandedIn? Find(string eventId, string? origin = null) =>
        _handedIn.TryGetValue(eventId, out var same) ? same.Find(record => record[RecordHeaders.Origin] == origin) ?? same[^1] : null;

    /// <summary>Whether a record about an instrument answered a repair of that id.</summary>
    public bool Answers(string instrument, string repairId) => _repairs.Contains((instrument, repairId));

    /// <summary>A record was acknowledged by the log of that id.</summary>
    public void Appended(AppendedAt at, Guid logId, NewRecord record)
    {
        if (Header(record, RecordHeaders.Schema) == RecordSchemas.Loss)
            NoteLoss(JsonSerializer.Deserialize<JsonElement>(record.Value.Span));
        else if (record.Topic == Topics.DeadLetters)
            NoteDone(Header(record, "dead-place"));
        else if (Header(record, RecordHeaders.Origin) is { } origin)
            NoteDone(origin[..origin.LastIndexOf('/')]);
        if (Header(record, RecordHeaders.ReplayOf) is { } letter && record.Topic != Topics.DeadLetters)
            _replays.Add((letter, new LogPosition(logId, at.Partition.Partition, at.Offset)));
        if (record.Key is not { } key || Header(record, RecordHeaders.Schema) == RecordSchemas.Watermark)
            return;
        ref var keys = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _offsets, (at.Partition.Topic, logId, at.Partition.Partition), out _);
        keys ??= new SortedDictionary<string, List<long>>(StringComparer.Ordinal);
        var name = Encoding.UTF8.GetString(key.Span);
        if (story.IsTold)
            story.Tell($"{at.Partition} {at.Offset} is of {name}: {Encoding.UTF8.GetString(record.Value.Span[..Math.Min(Shown, record.Value.Length)])}");
        if (!keys.TryGetValue(name, out var offsets))
            keys.Add(name, offsets = []);
        // Acknowledgements may come out of order.
        var place = offsets.BinarySearch(at.Offset);
        if (place < 0)
            offsets.Insert(~place, at.Offset);
        _ids[(at.Partition.Topic, logId, at.Partition.Partition, at.Offset)] = Header(record, RecordHeaders.EventId);
    }

    /// <summary>The id of the record at a place; none where none was acknowledged there.</summary>
    public string? IdAt(string topic, Guid logId, int partition, long offset) => _ids.GetValueOrDefault((topic, logId, partition, offset));

    /// <summary>Whether the log acknowledged, at a place, a record that is the replay of a letter.</summary>
    public bool IsReplayedTo(string letter, LogPosition place) => _replays.Contains((letter, place));

    /// <summary>Whether something was made of a record, or it was given up, durably.</summary>
    public bool IsDone(PartitionKey key, long offset) => _done.Contains((key.LogId, key.Partition, offset));

    /// <summary>The partition that a key's records go to; none where it has none yet.</summary>
    public int? PartitionOf(string topic, string name)
    {
        foreach (var (place, keys) in _offsets)
            if (place.Topic == topic && place.LogId == LogOf(topic) && keys.ContainsKey(name))
                return place.Partition;
        return null;
    }

    /// <summary>For each key the last offset below a mark; watermarks do not count.</summary>
    public SortedDictionary<string, long> LastBelow(PartitionKey key, long mark)
    {
        var last = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, offsets) in Keys(key))
            if (Below(offsets, mark) is var below and > 0)
                last[name] = offsets[below - 1];
        return last;
    }

    /// <summary>The last offset of one key below a mark; -1 for none.</summary>
    public long LastBelow(PartitionKey key, string name, long mark) =>
        Keys(key).TryGetValue(name, out var offsets) && Below(offsets, mark) is var below and > 0 ? offsets[below - 1] : -1;

    /// <summary>The offsets of all keys in [from, to); watermarks do not count.</summary>
    public IEnumerable<long> Between(PartitionKey key, long from, long to)
    {
        foreach (var offsets in Keys(key).Values)
            for (var i = Below(offsets, from); i < offsets.Count && offsets[i] < to; i++)
                yield return offsets[i];
    }

    /// <summary>It was told durably that retention took what stood in [from, to).</summary>
    public void Lose(string topic, Guid logId, int partition, long from, long to) => _lost.Add((topic, logId, partition, from, to));

    /// <summary>The beginning of the range in which a record was told to be lost; none where it was not.</summary>
    public long? LostFrom(PartitionKey key, long offset)
    {
        foreach (var (topic, logId, partition, from, to) in _lost)
            if (offset >= from && offset < to && topic == key.Topic && logId == key.LogId && partition == key.Partition)
                return from;
        return null;
    }

    private void NoteLoss(JsonElement told) => Lose(
        told.GetProperty("topic").GetString()!, told.GetProperty("logId").GetGuid(), told.GetProperty("partition").GetInt32(),
        told.GetProperty("from").GetInt64(), told.GetProperty("to").GetInt64());

    private SortedDictionary<string, List<long>> Keys(PartitionKey key) =>
        _offsets.TryGetValue((key.Topic, key.LogId, key.Partition), out var keys) ? keys : [];

    private static int Below(List<long> offsets, long mark) =>
        offsets.BinarySearch(mark) is var at && at < 0 ? ~at : at;

    private void NoteDone(string? place)
    {
        if (place?.Split('/') is [var log, var partition, var offset])
            _done.Add((Guid.Parse(log), int.Parse(partition, null), long.Parse(offset, null)));
    }

    private static string? Header(NewRecord record, string name)
    {
        foreach (var header in record.Headers)
            if (header.Name == name)
                return Encoding.UTF8.GetString(header.Value.Span);
        return null;
    }
}
