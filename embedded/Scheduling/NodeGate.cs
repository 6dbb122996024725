namespace StreamForge.Embedded.Scheduling;

/// <summary>
/// Stands between a node's queues and the scheduler. A paused node runs nothing until it is resumed; a closed one never runs
/// anything again, not even what waits in a <c>finally</c>.
/// </summary>
internal sealed class NodeGate(ITurnScheduler scheduler)
{
    private readonly Lock _lock = new();
    private readonly List<IReadyQueue> _held = [];
    private volatile bool _closed;
    private volatile bool _paused;

    public bool IsClosed => _closed;

    public bool IsPaused => _paused;

    public int TurnsPerSlice => scheduler.TurnsPerSlice;

    /// <inheritdoc cref="ITurnScheduler.Schedule"/>
    public void Schedule(IReadyQueue ready, bool again = false)
    {
        if (!Holds(ready))
            scheduler.Schedule(ready, again);
    }

    /// <summary>Whether the queue must not run now; if so, it is kept for later or for never.</summary>
    public bool Holds(IReadyQueue ready)
    {
        if (!_paused && !_closed)
            return false;
        lock (_lock)
        {
            if (_paused && !_closed)
                _held.Add(ready);
            return _paused || _closed;
        }
    }

    public void Pause()
    {
        lock (_lock)
            _paused = true;
    }

    public void Resume()
    {
        IReadyQueue[] held;
        lock (_lock)
        {
            _paused = false;
            held = [.. _held];
            _held.Clear();
        }

        foreach (var ready in held)
            Schedule(ready);
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _held.Clear();
        }
    }
}
