using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Silo.Streaming.Pump;

/// <content>
/// An operator's pause: nothing more is read or delivered. Calls under way end, what was applied becomes durable, the membership goes
/// on, and what was read and not delivered waits, or is read again.
/// </content>
internal abstract partial class PartitionPump
{
    private PartitionPause? _pause;

    /// <summary>The pause that holds the partition; none while it goes on. Any thread.</summary>
    public PartitionPause? Pause => Volatile.Read(ref _pause);

    /// <summary>Nothing is handed on.</summary>
    protected bool Paused => Pause is not null;

    /// <summary>A pause has ended: what was read before it is handed on.</summary>
    protected virtual void GoOn()
    {
    }

    /// <summary>Does what the board says, from its last word to the next.</summary>
    private async Task FollowPauses(PauseBoard board, CancellationToken running)
    {
        try
        {
            while (true)
            {
                // Before the look, so that no change comes between.
                var changed = board.Changed;
                Heed(board.Of(Partition));
                await changed.OnThisTurn().WaitAsync(running);
            }
        }
        catch (OperationCanceledException) when (running.IsCancellationRequested)
        {
            // The pump ends; whoever has the partition next asks the board.
        }
    }

    private void Heed(PartitionPause? pause)
    {
        if (pause == _pause)
            return;
        Volatile.Write(ref _pause, pause);
        if (pause is null)
            Log.Resumed(_services.Logger, Partition);
        else
            Log.Paused(_services.Logger, Partition, Log.Printable(pause.By), Log.Printable(pause.Reason));
        _reading.Cancel();
        Changed.Fire();
    }

    private async Task WhilePaused()
    {
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, Time, _stopping.Token).OnThisTurn();
        while (Paused && !_rewind && !_stopping.IsCancellationRequested)
            await Task.WhenAny(Changed.Next.OnThisTurn(), stopped);
        if (_rewind || _stopping.IsCancellationRequested)
            return;
        _reading.Dispose();
        _reading = new CancellationTokenSource();
        // What was fetched meanwhile was not taken.
        Seek(ReadPosition);
        GoOn();
    }
}
