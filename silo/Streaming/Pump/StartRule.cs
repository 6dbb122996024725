using StreamForge.Silo.Storage;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>Where a partition is read from when it is taken over.</summary>
internal static class StartRule
{
    /// <summary>
    /// The smaller of the stored low-water mark and the group's committed offset; where records from there on have gone, the first
    /// one kept, and those of them that the mark does not cover are a recorded loss.
    /// </summary>
    /// <exception cref="EventLogException">The positions lie beyond the end of the log: it was set back.</exception>
    public static StartPosition Decide(PartitionRow row, long? committed, OffsetBounds bounds)
    {
        var wanted = committed is { } offset ? Math.Min(offset, row.LowWater) : row.LowWater;
        if (wanted > bounds.End)
            throw new EventLogException(
                $"{row.Key.Topic}/{row.Key.Partition} ends at {bounds.End}, but all below {wanted} was processed: the log was set back. "
                + "Restore it, or give the topic a new incarnation.");
        if (wanted >= bounds.Start)
            return new StartPosition(wanted, null);
        // What the mark says is durable was processed, whatever the commit lags behind; and a group that never read anything has lost
        // nothing that it knew of.
        var missed = row.LowWater < bounds.Start && (row.LowWater > 0 || committed is not null);
        return new StartPosition(bounds.Start, missed ? new LossRange(row.LowWater, bounds.Start) : null);
    }
}

/// <param name="Offset">Read from here.</param>
/// <param name="Loss">Records that are gone and were not processed.</param>
internal readonly record struct StartPosition(long Offset, LossRange? Loss);

/// <summary>Offsets in [From, To) that retention took before they were read.</summary>
public readonly record struct LossRange(long From, long To);
