using StreamForge.Silo.Storage;

namespace StreamForge.Silo.Streaming.Pump;

internal abstract partial class PartitionPump
{
    /// <summary>How long nothing may change until the row is looked at all the same: storage may have been set back meanwhile.</summary>
    private static readonly TimeSpan LookAtRow = TimeSpan.FromSeconds(30);

    private bool _checkpointing;
    private long _storedAt;

    private async Task Checkpoints(CancellationToken running)
    {
        var wait = Options.CheckpointMin * CheckpointPhase(Partition.Partition);
        try
        {
            while (!running.IsCancellationRequested)
            {
                await Task.Delay(wait, Time, running);
                var began = Time.GetTimestamp();
                var bytes = await Checkpoint();
                // As many bytes as the budget gives in that time: busy partitions write in longer intervals.
                var interval = Math.Clamp(
                    bytes / (double)Options.CheckpointBytesPerSecond,
                    Options.CheckpointMin.TotalSeconds,
                    Options.CheckpointMax.TotalSeconds);
                // From beginning to beginning, so that partitions stay apart; where storage is slow, with a pause all the same.
                wait = TimeSpan.FromSeconds(interval) - Time.GetElapsedTime(began);
                if (wait < Options.CheckpointMin / 2)
                    wait = Options.CheckpointMin / 2;
            }
        }
        catch (OperationCanceledException) when (running.IsCancellationRequested)
        {
            // The last checkpoint is made by whoever stops the pump.
        }
        catch (FencedException fenced)
        {
            EndFenced(fenced);
        }
    }

    /// <summary>
    /// When in the interval a partition makes its checkpoints, above 0 to 1: partitions far from each other, those of sibling topics, which
    /// feed the same grains, together. All at once they would keep everything else waiting, once an interval.
    /// </summary>
    /// <remarks>Multiples of the golden ratio spread evenly, however many there are (Knuth, TAOCP vol. 3, 6.4).</remarks>
    internal static double CheckpointPhase(int partition) => 1 - (partition * 0.6180339887498949 % 1);

    /// <summary>
    /// Effects first, then the low-water mark beside them, and only then the group's offset: each is true when it is written.
    /// </summary>
    private async Task<long> Checkpoint()
    {
        _checkpointing = true;
        try
        {
            return await StoreMark();
        }
        finally
        {
            _checkpointing = false;
            Changed.Fire();
        }
    }

    private async Task<long> StoreMark()
    {
        var bytes = await MakeDurable();
        var low = LowWater;
        if (_storageDoubted || (low == _stored && !_lossUnstored && Time.GetElapsedTime(_storedAt) < LookAtRow))
        {
            if (low >= ReadPosition)
                NoteCheckpoint();
            LookAfterLoss();
            return bytes;
        }
        try
        {
            await StoreLoss();
            switch (await _services.Partitions.Advance(Key, Epoch, _stored, low, Aborting))
            {
                case AdvanceOutcome.Fenced:
                    throw new FencedException();
                case AdvanceOutcome.SetBack:
                    Rewind($"storage does not hold that all below {_stored} is durable", doubtsStorage: true);
                    return bytes;
            }
        }
        catch (StateStoreException error)
        {
            // Nothing is lost by it: the next checkpoint stores a mark at least as high.
            Log.CheckpointFailed(_services.Logger, error, Partition);
            return bytes;
        }
        Volatile.Write(ref _stored, low);
        _storedAt = Time.GetTimestamp();
        NoteCheckpoint();
        try
        {
            await _partition.Commit(low, Aborting);
            _services.Commits.Worked();
        }
        catch (EventLogException error)
        {
            // The stored mark decides where to start; a committed offset below it costs a few reads.
            _services.Commits.Failed(Partition, error);
        }
        LookAfterLoss();
        return bytes;
    }

    /// <summary>Another owner has the partition: nothing of this pump may go on. Shown while the log still counts it as ours.</summary>
    protected void EndFenced(FencedException fenced)
    {
        (StallReason, IsFenced) = (fenced.Message, true);
        Log.Fenced(_services.Logger, Partition, Epoch);
        Abort();
    }

    /// <summary>Repeats what fails for lack of storage until it succeeds; the partition is stalled meanwhile, and says so.</summary>
    protected async Task<T> Retry<T>(string what, Func<ValueTask<T>> act)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await act();
                StallReason = null;
                return result;
            }
            catch (Exception error) when (error is StateStoreException or EventLogException and not RecordTooLargeException)
            {
                StallReason = error.Message;
                Log.Retrying(_services.Logger, error, Partition, what, attempt);
                await Task.Delay(Options.BackoffOf(attempt), Time, Aborting);
            }
        }
    }
}

/// <summary>Another owner has taken the partition over.</summary>
internal sealed class FencedException() : Exception("Another owner has taken the partition over.");
