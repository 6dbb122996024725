using System.Text;
using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>A record of the log as a grain sees it: its headers are gone through once, and only what is there becomes text.</summary>
internal static class RecordIntake
{
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
                    origin = Origin.TryParse(header.Value.Span, out var parsed) ? parsed : null;
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
}
