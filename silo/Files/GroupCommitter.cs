namespace StreamForge.Silo.Files;

/// <summary>What gathers writes and makes all that has gathered durable together.</summary>
internal interface ICommitTarget
{
    /// <summary>Writes what has gathered and tells those who wait. Never throws: a failure is theirs.</summary>
    Task Commit();
}

/// <summary>
/// Group commit: each target is committed by itself, once at a time. While its commit waits for the disk, the next one gathers, so the
/// slower the disk, the larger the commits. Targets do not wait for each other: one slow sync of the disk delays one of them.
/// </summary>
internal sealed class GroupCommitter : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Task _running;
    // In order of time: who waits to be committed, and whose commit is under way. A target may be in both.
    private readonly List<Entry> _dirty = [];
    private readonly List<Entry> _committing = [];
    private TaskCompletionSource _wake = NewSignal();
    private bool _closing;

    /// <summary>Starts on the scheduler of the caller and stays there.</summary>
    public GroupCommitter() => _running = Run();

    /// <summary>Has what the target has gathered committed soon, once.</summary>
    public void Enqueue(ICommitTarget target)
    {
        lock (_lock)
        {
            if (Find(_dirty, target) is not null)
                return;
            _dirty.Add(new Entry(target));
            _wake.TrySetResult();
        }
    }

    /// <summary>Completes when all that was enqueued before has been committed, or has failed.</summary>
    public async Task Barrier()
    {
        Task[] before;
        lock (_lock)
            before = _closing ? [_running] : [.. _committing.Concat(_dirty).Select(static entry => entry.Done.Task)];
        // One after the other: what waits for all of them together goes on from the thread pool.
        foreach (var commit in before)
            await commit;
    }

    /// <summary>Ends when all that was enqueued is committed.</summary>
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
            Entry[] ready;
            lock (_lock)
            {
                _wake = NewSignal();
                // What is being committed now comes again when that is done.
                ready = [.. _dirty.Where(entry => Find(_committing, entry.Target) is null)];
                _dirty.RemoveAll(ready.Contains);
                _committing.AddRange(ready);
                if (_closing && _committing.Count == 0)
                    return;
            }

            foreach (var entry in ready)
                _ = Commit(entry);
        }
    }

    private async Task Commit(Entry entry)
    {
        await entry.Target.Commit();
        lock (_lock)
        {
            _committing.Remove(entry);
            if (_closing || Find(_dirty, entry.Target) is not null)
                _wake.TrySetResult();
        }

        entry.Done.SetResult();
    }

    private static Entry? Find(List<Entry> entries, ICommitTarget target) => entries.Find(entry => entry.Target == target);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Entry(ICommitTarget target)
    {
        public ICommitTarget Target { get; } = target;

        public TaskCompletionSource Done { get; } = NewSignal();
    }
}
