using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>What a record says of itself that is no event.</summary>
internal enum MarkKind
{
    /// <summary>An event, as far as its header tells.</summary>
    None,

    /// <summary>See <see cref="WatermarkRecord"/>.</summary>
    Watermark,

    /// <summary>See <see cref="LossRecord"/>.</summary>
    Loss,
}

/// <summary>Records among those of a partition that tell of the partition itself: no grain sees them.</summary>
internal static class MarkRecord
{
    /// <summary>What a record is by its header, whether or not its value can be read.</summary>
    public static MarkKind KindOf(LogRecord record)
    {
        // By index: this is asked of every record, and an enumerator of an interface is an object.
        for (var i = 0; i < record.Headers.Count; i++)
            if (record.Headers[i] is { Name: RecordHeaders.Schema } header)
                return header.Value.Span.SequenceEqual(WatermarkRecord.Schema) ? MarkKind.Watermark
                    : header.Value.Span.SequenceEqual(LossRecord.Schema) ? MarkKind.Loss
                    : MarkKind.None;
        return MarkKind.None;
    }

    /// <summary>Whether a record is one that can be read. One that cannot be fails as an event would.</summary>
    public static bool IsReadable(LogRecord record) => KindOf(record) switch
    {
        MarkKind.Watermark => WatermarkRecord.TryRead(record, out _),
        MarkKind.Loss => LossRecord.TryRead(record, out _),
        _ => false,
    };
}
