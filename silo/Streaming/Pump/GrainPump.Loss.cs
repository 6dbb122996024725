using StreamForge.Contracts.Streams;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Silo.Streaming.Pump;

/// <content>
/// How a loss ends. Whose records were lost nobody knows, so every key that the partition may feed is asked, some at a time, whether it
/// is past the loss; the asking wakes the quiet ones, which then ask their source. When all are past, the loss is forgotten.
/// </content>
internal sealed partial class GrainPump
{
    // A key that is not past it waits for its source, or for its next record: there is no hurry.
    private static readonly TimeSpan LookAgainMost = TimeSpan.FromMinutes(1);

    private Task _sweep = Task.CompletedTask;
    private StillOpen? _stillOpen;

    /// <summary>Whether a key has said that it misses nothing of the present loss, or was not there when it happened. Any thread.</summary>
    public bool IsKnownPast(string key) =>
        Volatile.Read(ref _stillOpen) is { } open && open.Loss == Loss && !open.Keys.Contains(key);

    protected override void LossStored(PartitionLoss loss)
    {
        if (_sweep.IsCompleted)
            _sweep = Sweep(loss, Aborting);
    }

    private async Task Sweep(PartitionLoss loss, CancellationToken ending)
    {
        try
        {
            // Those that are stored, and those that this assignment brought, which may not be stored yet.
            IReadOnlyList<string> open =
                [.. (await feed.Keys(ending)).Concat(_ledger.Lanes.Select(lane => lane.Key)).Where(key => key.Length > 0).Distinct(StringComparer.Ordinal)];
            for (var wait = Options.CheckpointMin; ; wait = wait * 2 < LookAgainMost ? wait * 2 : LookAgainMost)
            {
                open = await NotPast(open, new FeedLoss(LogId, Partition.Partition, loss.From, loss.To, loss.At), ending);
                // What was lost meanwhile is gone through anew, from the next checkpoint on.
                if (Loss != loss)
                    return;
                Volatile.Write(ref _stillOpen, new StillOpen(loss, open.ToHashSet(StringComparer.Ordinal)));
                if (open.Count == 0)
                    break;
                await Task.Delay(wait, Time, ending);
            }
            EndLoss(loss);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Whoever has the partition next finds the loss in its row.
        }
        catch (Exception error)
        {
            Log.SweepFailed(Services.Logger, error, Partition);
        }
    }

    private async Task<IReadOnlyList<string>> NotPast(IReadOnlyList<string> keys, FeedLoss loss, CancellationToken ending)
    {
        var open = new List<string>();
        foreach (var some in keys.Chunk(Options.FlushConcurrency))
        {
            var past = await Task.WhenAll(some.Select(key => IsPast(key, loss, ending)));
            for (var i = 0; i < some.Length; i++)
                if (!past[i])
                    open.Add(some[i]);
        }
        return open;
    }

    private async Task<bool> IsPast(string key, FeedLoss loss, CancellationToken ending)
    {
        try
        {
            return await feed.GrainOf(key).IsPast(Partition.Topic, loss).OnThisTurn().WaitAsync(ending);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Asked again; until it answers nobody knows.
            Log.KeyStalled(Services.Logger, error, Partition, key, 0);
            return false;
        }
    }

    private sealed record StillOpen(PartitionLoss Loss, IReadOnlySet<string> Keys);
}
