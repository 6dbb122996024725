using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Entities;

/// <summary>Which record content came from; becomes a <see cref="Provenance"/> when somebody asks.</summary>
/// <remarks>It refers to the record instead of copying it: there is one for every event, and nearly all are replaced unread.</remarks>
/// <param name="LogId">Which log the topic was then; none where a state says it that was written before it was kept.</param>
public readonly record struct RecordMark(string Topic, Guid? LogId, int Partition, IngestRecord Record)
{
    public long Offset => Record.Offset;

    public string? RepairId => Record.RepairId;

    /// <summary>Where it stands; none where it is not known of which log.</summary>
    public LogPosition? Position => LogId is { } log ? new LogPosition(log, Partition, Offset) : null;

    /// <summary>The mark of a record; events that may be large are not kept by it.</summary>
    public static RecordMark Of(IngestBatch batch, IngestRecord record) => new(
        batch.Topic, batch.LogId, batch.Partition, record.Event is { IsBulky: true } ? record with { Event = null } : record);

    /// <param name="repairId">The repair that set the base of the content.</param>
    public Provenance ToProvenance(string? repairId) => new()
    {
        Topic = Topic,
        LogId = LogId,
        Partition = Partition,
        Offset = Record.Offset,
        EventId = Record.EventId,
        Origin = Record.Origin?.ToString(),
        TraceParent = Record.TraceParent,
        RepairId = repairId,
    };

    public void Write(StateWriter writer)
    {
        writer.Text(Topic);
        writer.Count(Partition);
        writer.Signed(Record.Offset);
        writer.Text(Record.EventId);
        writer.Bool(Record.Origin.HasValue);
        if (Record.Origin is { } origin)
        {
            writer.Guid(origin.LogId);
            writer.Count(origin.Partition);
            writer.Signed(origin.Offset);
            writer.Count(origin.Index);
        }

        writer.Text(Record.TraceParent);
        writer.Text(Record.RepairId);
    }

    /// <summary>The same with the log, which the first form left out.</summary>
    public void WriteWhole(StateWriter writer)
    {
        Write(writer);
        writer.Bool(LogId.HasValue);
        if (LogId is { } log)
            writer.Guid(log);
    }

    public static RecordMark ReadWhole(ref StateReader reader)
    {
        var mark = Read(ref reader);
        return mark with { LogId = reader.Bool() ? reader.Guid() : null };
    }

    public static RecordMark Read(ref StateReader reader)
    {
        var topic = reader.Text() ?? "";
        var partition = reader.Number();
        return new RecordMark(topic, null, partition, new IngestRecord
        {
            Offset = reader.Signed(),
            // The time in the log is not stored: nobody asks a mark for it.
            Timestamp = default,
            EventId = reader.Text(),
            Origin = reader.Bool() ? new Origin(reader.Guid(), reader.Number(), reader.Signed(), reader.Number()) : null,
            TraceParent = reader.Text(),
            RepairId = reader.Text(),
        });
    }
}
