using System.Text;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;

namespace StreamForge.Simulation.World;

/// <summary>What was acknowledged as appended, for the laws: which keys stand where.</summary>
internal sealed class LogTap
{
    private readonly Dictionary<(string Topic, Guid LogId, int Partition), List<(long Offset, string? Key, bool Watermark)>> _records = [];
    private readonly Dictionary<string, Guid> _logs = new(StringComparer.Ordinal);

    public void Topic(TopicInfo topic) => _logs[topic.Name] = topic.LogId;

    public void Appended(AppendedAt at, NewRecord record)
    {
        if (!_logs.TryGetValue(at.Partition.Topic, out var logId))
            return;
        var key = (at.Partition.Topic, logId, at.Partition.Partition);
        if (!_records.TryGetValue(key, out var records))
            _records.Add(key, records = []);
        var watermark = record.Headers.Any(h => h.Name == RecordHeaders.Schema && h.Value.Span.SequenceEqual("watermark"u8));
        records.Add((at.Offset, record.Key is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null, watermark));
    }

    /// <summary>For each key the last offset below a mark; watermarks do not count.</summary>
    public SortedDictionary<string, long> LastBelow(string topic, Guid logId, int partition, long mark)
    {
        var last = new SortedDictionary<string, long>(StringComparer.Ordinal);
        if (_records.TryGetValue((topic, logId, partition), out var records))
            foreach (var (offset, key, watermark) in records)
                if (!watermark && key is not null && offset < mark && offset > last.GetValueOrDefault(key, -1))
                    last[key] = offset;
        return last;
    }
}
