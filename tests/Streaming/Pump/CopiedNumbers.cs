using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>A derivation of these tests: each record as it is, in another topic.</summary>
internal sealed class CopiedNumbers(string target, Action<LogRecord>? before = null) : IDerivation
{
    public const string From = "raw.numbers";

    public IReadOnlyList<string> Targets { get; } = [target];

    public string? Derive(LogRecord record, Guid logId, List<NewRecord> derived)
    {
        before?.Invoke(record);
        derived.Add(new NewRecord
        {
            Topic = target,
            Partition = record.Partition.Partition,
            Key = record.Key,
            Value = record.Value,
            Headers = [],
            Timestamp = record.Timestamp,
        });
        return null;
    }
}
