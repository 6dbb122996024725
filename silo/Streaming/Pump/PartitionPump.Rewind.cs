namespace StreamForge.Silo.Streaming.Pump;

/// <content>Going back to the low-water mark.</content>
internal abstract partial class PartitionPump
{
    private bool _rewind;
    private long _wentBackTo = -1;
    private long _wentBackAt;
    private int _fruitless;

    /// <summary>
    /// Goes back to the low-water mark: something that was applied is gone, or something may have gone wrong in between. What is
    /// there already is skipped by its position.
    /// </summary>
    protected void Rewind(string reason)
    {
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
        // Asked while nothing is in flight, so no late answer can move it.
        var low = LowWater;
        await PauseBefore(low);
        Watermarks.TruncateTo(low);
        await Begin(low);
        Seek(low);
        _reading.Dispose();
        _reading = new CancellationTokenSource();
        _rewind = false;
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
