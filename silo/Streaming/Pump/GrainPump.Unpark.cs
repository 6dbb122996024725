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
    /// <returns>
    /// False where the key is not parked here. Completes when it has caught up with what was read when it was asked for, and its row is gone.
    /// </returns>
    public async Task<bool> Unpark(string key)
    {
        var ledger = _ledger;
        if (ledger.FindLane(key) is not { Parked: true } lane)
            return false;
        // Marks that were made while it was parked, one under way included, lie at or below this; later ones heed the key again. So the
        // row may go once all below is durable, however fast more comes in.
        var caughtUp = ledger.ReadPosition;
        lane.Unpark();
        if (!lane.Delivering)
        {
            Ready(lane);
            StartReady();
        }
        // Parked again, it holds nothing: its row must stay.
        while (!Halting && !lane.Parked && lane.HoldsAt < caughtUp)
            await Task.WhenAny(Changed.Next.OnThisTurn(), Task.Delay(Options.CheckpointMin, Time, Aborting).OnThisTurn());
        if (Halting || lane.Parked || !ReferenceEquals(ledger, _ledger))
            return false;
        var removing = Retry("unparking a key", () => Services.Partitions.Unpark(RowKey, Epoch, key, null, Aborting));
        lane.RowGoes = removing;
        if (!await removing)
            throw new FencedException();
        return true;
    }
}
