namespace StreamForge.Contracts.Streams;

/// <summary>Records of a partition, in [From, To), that retention took before they were read.</summary>
/// <param name="At">When it was noticed, UTC.</param>
[GenerateSerializer, Immutable, Alias("sf.FeedLoss")]
public readonly record struct FeedLoss(
    [property: Id(0)] Guid LogId,
    [property: Id(1)] int Partition,
    [property: Id(2)] long From,
    [property: Id(3)] long To,
    [property: Id(4)] DateTimeOffset At)
{
    /// <summary>Whether a record stands in the same log after what was lost.</summary>
    public bool IsBefore(LogPosition? record) =>
        record is { } later && later.LogId == LogId && later.Partition == Partition && later.Offset >= To;
}
