using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market;

/// <summary>Which record content came from; becomes a <see cref="Provenance"/> when somebody asks.</summary>
public readonly record struct RecordMark(
    string Topic, int Partition, long Offset, string? EventId, Origin? Origin, string? TraceParent, string? RepairId)
{
    public static RecordMark Of(IngestBatch batch, IngestRecord record) => new(
        batch.Topic, batch.Partition, record.Offset, record.EventId, record.Origin, record.TraceParent, record.RepairId);

    /// <param name="repairId">The repair that set the base of the content.</param>
    public Provenance ToProvenance(string? repairId) => new()
    {
        Topic = Topic,
        Partition = Partition,
        Offset = Offset,
        EventId = EventId,
        Origin = Origin?.ToString(),
        TraceParent = TraceParent,
        RepairId = repairId,
    };

    public void Write(StateWriter writer)
    {
        writer.Text(Topic);
        writer.Count(Partition);
        writer.Signed(Offset);
        writer.Text(EventId);
        writer.Bool(Origin.HasValue);
        if (Origin is { } origin)
        {
            writer.Guid(origin.LogId);
            writer.Count(origin.Partition);
            writer.Signed(origin.Offset);
            writer.Count(origin.Index);
        }

        writer.Text(TraceParent);
        writer.Text(RepairId);
    }

    public static RecordMark Read(ref StateReader reader) => new(
        reader.Text() ?? "",
        reader.Number(),
        reader.Signed(),
        reader.Text(),
        reader.Bool() ? new Origin(reader.Guid(), reader.Number(), reader.Signed(), reader.Number()) : null,
        reader.Text(),
        reader.Text());
}
