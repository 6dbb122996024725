namespace StreamForge.Contracts.Streams;

/// <summary>Offsets of a partition, in [From, To), whose records retention took before they were read.</summary>
/// <param name="At">When that was noticed last, UTC.</param>
[GenerateSerializer, Immutable, Alias("sf.PartitionLoss")]
public readonly record struct PartitionLoss(
    [property: Id(0)] long From, [property: Id(1)] long To, [property: Id(2)] DateTimeOffset At)
{
    /// <summary>Both together: what lies between two losses counts as lost too, and what proved itself since the first must do so again.</summary>
    public PartitionLoss With(PartitionLoss other) =>
        new(Math.Min(From, other.From), Math.Max(To, other.To), At > other.At ? At : other.At);
}
