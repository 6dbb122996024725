using StreamForge.Silo.Storage;

namespace StreamForge.Silo.Streaming.Pump;

/// <content>Going back to the low-water mark.</content>
internal abstract partial class PartitionPump
{
    private bool _rewind;
    private bool _storageDoubted;
    private long _wentBackTo = -1;
    private long _wentBackAt;
    private int _fruitless;

    /// <summary>
    /// Goes back to the low-water mark: something that was applied is gone, or something may have gone wrong in between. What is
    /// there already is skipped by its position.
    /// </summary>
    /// <param name="doubtsStorage">It may be that storage was set back, and what was stored is not: it is looked up there.</param>
    protected void Rewind(string reason, bool doubtsStorage = false)
    {
        _storageDoubted |= doubtsStorage;
        if (_rewind)
            return;
        _rewind = true;
        Log.Rewinding(_services.Logger, Partition, LowWater, reason);
        _reading.Cancel();
        Changed.Fire();
    }

    private async Task GoBack()
    {
        while (!Idle)
            await Changed.Next;
        var setBack = _storageDoubted && await WasSetBack();
        // Asked while nothing is in flight, so no late answer can move it.
        var low = setBack ? _stored : LowWater;
        await PauseBefore(low);
        Watermarks.TruncateTo(low);
        await Begin(low);
        Seek(low);
        _reading.Dispose();
        _reading = new CancellationTokenSource();
        _rewind = false;
    }

    /// <summary>
    /// Where less is stored than this pump knows, storage was set back: then nothing that is known of keys counts, and the stored mark is where to
    /// read from. The partition is taken over under a new epoch, which makes every grain that is fed compare its memory to what is stored.
    /// </summary>
    /// <returns>Whether storage was set back.</returns>
    /// <exception cref="FencedException">Another owner has taken the partition over: what it holds is not this pump's to judge.</exception>
    private async Task<bool> WasSetBack()
    {
        // A mark under the former epoch, on its way still, would look like a zombie's.
        while (_checkpointing)
            await Changed.Next;
        var rows = await Retry("the partitions' rows", () => _services.Partitions.List(_services.Group, Aborting));
        switch (AdvanceRule.Decide(rows.FirstOrDefault(stored => stored.Key == Key), Epoch, _stored))
        {
            case AdvanceOutcome.Fenced:
                throw new FencedException();
            case AdvanceOutcome.Stored:
                _storageDoubted = false;
                return false;
        }
        PartitionRow row;
        do
            row = await Retry("the partition's row", () => _services.Partitions.Acquire(Key, _services.Owner, Aborting));
        // Grains refuse epochs below one that they have seen, also one that storage has forgotten.
        while (row.Epoch <= Epoch);
        Epoch = row.Epoch;
        _storageDoubted = false;
        Log.StorageSetBack(_services.Logger, Partition, row.LowWater, _stored);
        _services.Counters.CountSetBack();
        ForgetKeys();
        Volatile.Write(ref _stored, Math.Min(_stored, row.LowWater));
        _lossUnstored = Loss is not null;
        if (Loss is null && row.Loss is { } known)
        {
            Loss = known;
            Lost(known);
        }
        return true;
    }

    /// <summary>
    /// Waits longer each time that it goes back to where it was before, so that a disk that fails, or a grain that loses its memory, is
    /// not asked without a pause. The first time costs nothing.
    /// </summary>
    private async Task PauseBefore(long low)
    {
        var sinceLast = Time.GetElapsedTime(_wentBackAt);
        _fruitless = low <= _wentBackTo && sinceLast < 2 * Options.BackoffMax ? _fruitless + 1 : 0;
        try
        {
            if (_fruitless > 0)
                await Task.Delay(Options.BackoffOf(_fruitless), Time, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Asked to end: the reading loop sees to it.
        }

        (_wentBackTo, _wentBackAt) = (low, Time.GetTimestamp());
    }

    private void Seek(long offset)
    {
        try
        {
            _partition.Seek(offset);
        }
        catch (OperationCanceledException)
        {
            Abort(); // taken away
            throw;
        }
    }
}
