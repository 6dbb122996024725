using System.Text.Json;
using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// Records that stand in a derived partition for those that its origin lost: before them all is derived, behind them what came
/// after the loss. Whoever reads one may miss something.
/// </summary>
internal static class LossRecord
{
    private static readonly JsonSerializerOptions Whole = new(JsonSerializerOptions.Web) { RespectRequiredConstructorParameters = true };
    private static readonly LogHeader Schema = new(RecordHeaders.Schema, RecordSchemas.Loss.Select(static c => (byte)c).ToArray());

    /// <summary>Whether a record is one, by its header.</summary>
    public static bool Is(LogRecord record)
    {
        for (var i = 0; i < record.Headers.Count; i++)
            if (record.Headers[i] is { Name: RecordHeaders.Schema } header)
                return header.Value.Span.SequenceEqual(Schema.Value.Span);
        return false;
    }

    /// <summary>What is lost in the record's own partition: its place, since when the origin's loss was noticed.</summary>
    /// <returns>False where the record is none, or cannot be read; the latter then fails as an event would.</returns>
    public static bool TryRead(LogRecord record, out PartitionLoss loss)
    {
        loss = default;
        if (!Is(record))
            return false;
        try
        {
            if (JsonSerializer.Deserialize<OriginLoss>(record.Value.Span, Whole) is not { } origin)
                return false;
            loss = new PartitionLoss(record.Offset, record.Offset + 1, origin.At);
        }
        catch (JsonException)
        {
            return false;
        }
        return true;
    }

    /// <summary>The record for a derived topic.</summary>
    public static NewRecord Of(PartitionLoss loss, TopicPartition origin, Guid logId, string topic) => new()
    {
        Topic = topic,
        Partition = origin.Partition,
        Value = JsonSerializer.SerializeToUtf8Bytes(
            new OriginLoss(origin.Topic, logId, origin.Partition, loss.From, loss.To, loss.At), JsonSerializerOptions.Web),
        Headers = [Schema],
        Timestamp = loss.At,
    };

    private sealed record OriginLoss(string Topic, Guid LogId, int Partition, long From, long To, DateTimeOffset At);
}
