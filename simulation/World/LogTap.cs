using System.Runtime.InteropServices;
using System.Text;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;

namespace StreamForge.Simulation.World;

/// <summary>What was acknowledged as appended, for the laws: where the records of each key stand.</summary>
internal sealed class LogTap(Story story)
{
    private const int Shown = 150;
    private readonly Dictionary<(string Topic, Guid LogId, int Partition), SortedDictionary<string, List<long>>> _offsets = [];
    private readonly Dictionary<string, Guid> _logs = new(StringComparer.Ordinal);

    public void Topic(TopicInfo topic) => _logs[topic.Name] = topic.LogId;

    public void Appended(AppendedAt at, NewRecord record)
    {
        if (!_logs.TryGetValue(at.Partition.Topic, out var logId) || record.Key is not { } key
            || record.Headers.Any(h => h.Name == RecordHeaders.Schema && h.Value.Span.SequenceEqual("watermark"u8)))
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
    }

    /// <summary>For each key the last offset below a mark; watermarks do not count.</summary>
    public SortedDictionary<string, long> LastBelow(string topic, Guid logId, int partition, long mark)
    {
        var last = new SortedDictionary<string, long>(StringComparer.Ordinal);
        if (!_offsets.TryGetValue((topic, logId, partition), out var keys))
            return last;
        foreach (var (key, offsets) in keys)
        {
            var place = offsets.BinarySearch(mark);
            var below = (place < 0 ? ~place : place) - 1;
            if (below >= 0)
                last[key] = offsets[below];
        }

        return last;
    }
}
