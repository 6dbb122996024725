namespace StreamForge.Silo.Files;

/// <summary>What gathers writes and makes those of one round durable together.</summary>
internal interface ICommitTarget
{
    /// <summary>Writes what has gathered and tells those who wait. Never throws: a failure is theirs.</summary>
    Task Commit();
}

/// <summary>
/// Group commit: one round at a time makes durable what came since the last. While a round waits for the disk, the next one
/// gathers, so the slower the disk, the larger the rounds.
/// </summary>
internal sealed class GroupCommitter : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Task _running;
    private List<ICommitTarget> _dirty = [];
    private TaskCompletionSource _nextRound = NewSignal();
    private TaskCompletionSource _wake = NewSignal();
    private bool _closing;

    /// <summary>Starts on the scheduler of the caller and stays there.</summary>
    public GroupCommitter() => _running = Run();

    /// <summary>Has the target committed in the next round, once.</summary>
    public void Enqueue(ICommitTarget target)
    {
        lock (_lock)
        {
            if (!_dirty.Contains(target))
                _dirty.Add(target);
            _wake.TrySetResult();
        }
    }

    /// <summary>Completes when all that was enqueued before has been committed, or has failed.</summary>
    public Task Barrier()
    {
        lock (_lock)
        {
            _wake.TrySetResult();
            // There is no round after the last one.
            return _closing ? _running : _nextRound.Task;
        }
    }

    /// <summary>Ends after a last round.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closing = true;
            _wake.TrySetResult();
        }

        await _running;
    }

    private async Task Run()
    {
        while (true)
        {
            await _wake.Task;
            List<ICommitTarget> round;
            TaskCompletionSource done;
            bool last;
            lock (_lock)
            {
                (round, _dirty) = (_dirty, []);
                (done, _nextRound) = (_nextRound, NewSignal());
                _wake = NewSignal();
                last = _closing;
            }

            await Task.WhenAll(round.Select(target => target.Commit()));
            done.SetResult();
            if (last)
                return;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
