using System.Text;
using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>A record of the log as a grain sees it: its headers are gone through once, and only what is there becomes text.</summary>
internal static class RecordIntake
{
    private const int MaxOrigin = 128;

    /// <param name="decoded">The event; none where the record is only moved over.</param>
    public static IngestRecord Of(LogRecord record, StreamEvent? decoded)
    {
        string? eventId = null, traceParent = null, repairId = null;
        Origin? origin = null;
        var headers = record.Headers;
        for (var i = 0; i < headers.Count; i++)
        {
            var header = headers[i];
            switch (header.Name)
            {
                case RecordHeaders.EventId:
                    eventId = Text(header);
                    break;
                case RecordHeaders.Origin:
                    origin = OriginOf(header.Value.Span);
                    break;
                case RecordHeaders.TraceParent:
                    traceParent = Text(header);
                    break;
                case RecordHeaders.RepairId:
                    repairId = Text(header);
                    break;
            }
        }

        return new IngestRecord
        {
            Offset = record.Offset,
            Timestamp = record.Timestamp,
            Event = decoded,
            EventId = eventId,
            Origin = origin,
            TraceParent = traceParent,
            RepairId = repairId,
        };
    }

    private static string Text(in LogHeader header) => Encoding.UTF8.GetString(header.Value.Span);

    private static Origin? OriginOf(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxOrigin)
            return null;
        Span<char> text = stackalloc char[MaxOrigin];
        return Encoding.UTF8.TryGetChars(utf8, text, out var length) && Origin.TryParse(text[..length], out var origin)
            ? origin
            : null;
    }
}
