using System.Diagnostics.CodeAnalysis;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market.Wire;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>Records that carry a source's watermark among those of a partition.</summary>
internal static class WatermarkRecord
{
    private static ReadOnlySpan<byte> Schema => "watermark"u8;

    /// <summary>Whether a record is a watermark, by its header.</summary>
    public static bool Is(LogRecord record)
    {
        // By index: this is asked of every record, and an enumerator of an interface is an object.
        for (var i = 0; i < record.Headers.Count; i++)
            if (record.Headers[i] is { Name: RecordHeaders.Schema } header)
                return header.Value.Span.SequenceEqual(Schema);
        return false;
    }

    /// <returns>False where the record is no watermark, or not one that can be read; the latter then fails as an event would.</returns>
    public static bool TryRead(LogRecord record, [NotNullWhen(true)] out SourceWatermark? watermark)
    {
        watermark = null;
        return Is(record) && SourceWatermarkCodec.TryRead(record.Value.Span, out watermark, out _);
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
