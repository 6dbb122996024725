using System.Diagnostics.CodeAnalysis;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market.Wire;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>Records that carry a source's watermark among those of a partition.</summary>
internal static class WatermarkRecord
{
    /// <summary><see cref="RecordSchemas.Watermark"/>, as it stands in the header.</summary>
    public static ReadOnlySpan<byte> Schema => "watermark"u8;

    /// <returns>False where the record is no watermark, or not one that can be read; the latter then fails as an event would.</returns>
    public static bool TryRead(LogRecord record, [NotNullWhen(true)] out SourceWatermark? watermark)
    {
        watermark = null;
        return MarkRecord.KindOf(record) == MarkKind.Watermark && SourceWatermarkCodec.TryRead(record.Value.Span, out watermark, out _);
    }

    /// <summary>The same watermark for a derived topic's partition.</summary>
    public static NewRecord Forward(LogRecord watermark, string topic) => new()
    {
        Topic = topic,
        Partition = watermark.Partition.Partition,
        Key = watermark.Key,
        Value = watermark.Value,
        Headers = watermark.Headers,
        Timestamp = watermark.Timestamp,
    };
}
