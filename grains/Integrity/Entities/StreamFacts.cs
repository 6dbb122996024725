using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Entities;

/// <summary>What is known of the newest event applied of one stream.</summary>
public sealed class StreamFacts
{
    public DateTimeOffset? EventTime { get; private set; }

    public DateTimeOffset? ReceivedAt { get; private set; }

    public DateTimeOffset? AppliedAt { get; private set; }

    /// <summary>The last agreement with the source itself: when its word was received that was found to agree, UTC.</summary>
    public DateTimeOffset? VerifiedAt { get; private set; }

    /// <summary>The record that the newest event stood in.</summary>
    public RecordMark? Mark { get; private set; }

    /// <summary>The repair that set the base of the content, if one did.</summary>
    public string? RepairId { get; set; }

    public void Applied(DateTimeOffset receivedAt, DateTimeOffset? eventTime, in RecordMark mark, DateTimeOffset now)
    {
        if (EventTime is null || eventTime > EventTime)
            EventTime = eventTime ?? EventTime;
        if (ReceivedAt is null || receivedAt > ReceivedAt)
            ReceivedAt = receivedAt;
        AppliedAt = now;
        Mark = mark;
    }

    /// <summary>The source's word agrees with the content. One that came late, or twice, says nothing of the time since.</summary>
    public void Verified(DateTimeOffset receivedAt)
    {
        if (VerifiedAt is null || receivedAt > VerifiedAt)
            VerifiedAt = receivedAt;
    }

    public void Write(StateWriter writer)
    {
        writer.Optional(EventTime);
        writer.Optional(ReceivedAt);
        writer.Optional(AppliedAt);
        writer.Optional(VerifiedAt);
        writer.Bool(Mark.HasValue);
        Mark?.Write(writer);
        writer.Text(RepairId);
    }

    public void Read(ref StateReader reader)
    {
        EventTime = reader.OptionalTime();
        ReceivedAt = reader.OptionalTime();
        AppliedAt = reader.OptionalTime();
        VerifiedAt = reader.OptionalTime();
        Mark = reader.Bool() ? RecordMark.Read(ref reader) : null;
        RepairId = reader.Text();
    }

    /// <summary>What came after the third form of the state: its fields are written behind all others.</summary>
    public void WriteLater(StateWriter writer)
    {
        var log = Mark?.LogId;
        writer.Bool(log.HasValue);
        if (log is { } id)
            writer.Guid(id);
    }

    /// <inheritdoc cref="WriteLater"/>
    public void ReadLater(ref StateReader reader)
    {
        if (!reader.Bool())
            return;
        var log = reader.Guid();
        Mark = Mark is { } mark ? mark with { LogId = log } : throw new InvalidDataException("A log is named, and no record of it.");
    }
}
