using StreamForge.Grains.Scheduling;

namespace StreamForge.Silo.Streaming.Pump;

internal sealed partial class GrainPump
{
    /// <summary>Keys that are parked now, in order of arrival.</summary>
    public IReadOnlyList<string> ParkedKeys => Ledger.ParkedKeys;

    /// <summary>
    /// Lets a parked key go on from where it was parked: its records are read again from the log. The row stays until they
    /// are applied and durable, so that a crash in between finds the key parked where it was.
    /// </summary>
    /// <returns>False where the key is not parked here. Completes when the key has caught up and its row is gone.</returns>
    public async Task<bool> Unpark(string key)
    {
        var ledger = _ledger;
        if (ledger.FindLane(key) is not { Parked: true } lane)
            return false;
        lane.Unpark();
        if (!lane.Delivering)
        {
            Ready(lane);
            StartReady();
        }
        while (!Halting && (lane.PendingCount > 0 || lane.LeftFrom is not null || lane.HasUndurable))
        {
            if (lane.Parked)
                return false;
            await Task.WhenAny(Changed.Next.OnThisTurn(), Task.Delay(Options.CheckpointMin, Time, Aborting).OnThisTurn());
        }
        if (Halting || !ReferenceEquals(ledger, _ledger))
            return false;
        if (!await Retry("unparking a key", () => Services.Partitions.Unpark(RowKey, Epoch, key, null, Aborting)))
            throw new FencedException();
        return true;
    }
}
