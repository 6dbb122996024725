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
    private static readonly LogHeader Header = new(RecordHeaders.Schema, Schema.ToArray());

    /// <summary><see cref="RecordSchemas.Loss"/>, as it stands in the header.</summary>
    public static ReadOnlySpan<byte> Schema => "loss"u8;

    /// <summary>What is lost in the record's own partition: its place, since when the origin's loss was noticed.</summary>
    /// <returns>False where the record is none, or cannot be read; the latter then fails as an event would.</returns>
    public static bool TryRead(LogRecord record, out PartitionLoss loss)
    {
        loss = default;
        if (MarkRecord.KindOf(record) != MarkKind.Loss)
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
        Headers = [Header],
        Timestamp = loss.At,
    };

    private sealed record OriginLoss(string Topic, Guid LogId, int Partition, long From, long To, DateTimeOffset At);
}
