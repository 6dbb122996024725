#pragma warning disable RS0030 // Production only: simulated pumps take their turns from their node.
namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// Lets as many pumps with a backlog work at once as there are cores, each for some milliseconds. What a pump hands to grains runs next
/// on its own thread: a pump that goes on for a while finds its grains in the cache, and one record costs half of what it does where
/// all partitions take turns by the batch. Whoever else wants a thread, a request of the API say, waits for one such turn at most.
/// </summary>
internal sealed class PumpTurns(int atOnce, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Length = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<object, long> _running = [];
    private readonly Queue<(object Pump, TaskCompletionSource Turn)> _waiting = [];
    private ITimer? _clock;
    private bool _ticking;

    /// <summary>
    /// Completes when the pump may go on: at once while its turn lasts, otherwise when those before it in the line have had theirs. A
    /// turn that is used up ends here, and the pump joins the line at its end.
    /// </summary>
    public ValueTask Take(object pump)
    {
        lock (_lock)
        {
            if (_running.TryGetValue(pump, out var began))
            {
                if (time.GetElapsedTime(began) < Length)
                    return ValueTask.CompletedTask;
                _running.Remove(pump);
            }

            var turn = new TaskCompletionSource();
            _waiting.Enqueue((pump, turn));
            HandOn();
            return new ValueTask(turn.Task);
        }
    }

    /// <summary>The pump's turn, if it has one, goes to the next in line.</summary>
    public void End(object pump)
    {
        lock (_lock)
            if (_running.Remove(pump))
                HandOn();
    }

    public void Dispose() => _clock?.Dispose();

    private void HandOn()
    {
        while (_running.Count < atOnce && _waiting.TryDequeue(out var next))
        {
            _running[next.Pump] = time.GetTimestamp();
            // Behind all that waits for a thread now, not next on this one.
            ThreadPool.UnsafeQueueUserWorkItem(static turn => turn.SetResult(), next.Turn, preferLocal: false);
        }

        // A pump that waits for something, or is gone, keeps nobody waiting beyond its time.
        if (_waiting.Count == 0 || _ticking)
            return;
        _ticking = true;
        _clock ??= time.CreateTimer(static turns => ((PumpTurns)turns!).EndOverdue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _clock.Change(Length, Timeout.InfiniteTimeSpan);
    }

    private void EndOverdue()
    {
        lock (_lock)
        {
            _ticking = false;
            foreach (var (pump, began) in _running.ToArray())
                if (time.GetElapsedTime(began) >= Length)
                    _running.Remove(pump);
            HandOn();
        }
    }
}
