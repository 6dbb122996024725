namespace StreamForge.Silo.Streaming.Pump;

/// <content>How old is what is not done: for whoever watches from outside.</content>
internal abstract partial class PartitionPump
{
    private readonly RecordTimes _times;
    private long _checkpointedAt;

    /// <summary>Age of the oldest record that is not applied, by its own time; zero where all is. Any thread.</summary>
    public TimeSpan LagTime => AppliedMark is var applied && applied < LogEnd && _times.WrittenAt(applied) is { } written
        ? Positive(Time.GetUtcNow() - written)
        : TimeSpan.Zero;

    /// <summary>How long something that was read is without a checkpoint; zero where all that was read is durable. Any thread.</summary>
    public TimeSpan CheckpointAge => StoredLowWater < ReadPosition && Volatile.Read(ref _checkpointedAt) is > 0 and var at
        ? Positive(Time.GetUtcNow() - new DateTimeOffset(at, TimeSpan.Zero))
        : TimeSpan.Zero;

    /// <summary>The stored mark has moved, or had no reason to.</summary>
    private void NoteCheckpoint() => Volatile.Write(ref _checkpointedAt, Time.GetUtcNow().UtcTicks);

    private static TimeSpan Positive(TimeSpan age) => age > TimeSpan.Zero ? age : TimeSpan.Zero;
}
