using StreamForge.Embedded.Scheduling;

namespace StreamForge.Embedded.Simulation;

/// <summary>A clock that moves only when the simulation says so. Timers that become due are scheduled like all else.</summary>
internal sealed class VirtualTime(DateTimeOffset start, ITurnScheduler scheduler) : TimeProvider
{
    private readonly PriorityQueue<(VirtualTimer Timer, long Version), (long Due, long Order)> _timers = new();
    private long _ticks;
    private long _order;

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(_ticks);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => start.AddTicks(_ticks);

    public override long GetTimestamp() => _ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state, _order++);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock, and schedules what becomes due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        _ticks += by.Ticks;
        while (_timers.TryPeek(out var next, out var at) && at.Due <= _ticks)
        {
            _timers.Dequeue();
            next.Timer.Due(next.Version);
        }
    }

    /// <summary>Moves the clock to the next timer.</summary>
    /// <returns>False where there is none.</returns>
    public bool AdvanceToNextTimer()
    {
        while (_timers.TryPeek(out var next, out var at))
        {
            if (next.Timer.IsSet(next.Version))
            {
                Advance(TimeSpan.FromTicks(Math.Max(0, at.Due - _ticks)));
                return true;
            }

            _timers.Dequeue();
        }

        return false;
    }

    private void Set(VirtualTimer timer, long version, TimeSpan dueTime) =>
        _timers.Enqueue((timer, version), (_ticks + Math.Max(0, dueTime.Ticks), _order++));

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state, long number) : ITimer, IReadyQueue
    {
        private TimeSpan _period;
        private long _version;
        private bool _set;

        public string Name => $"timer {number}";

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _version++;
            _period = period;
            _set = dueTime != Timeout.InfiniteTimeSpan;
            if (_set)
                time.Set(this, _version, dueTime);
            return true;
        }

        public bool IsSet(long version) => _set && version == _version;

        public void Due(long version)
        {
            if (IsSet(version))
                time.Schedule(this);
        }

        public void Run()
        {
            if (!_set)
                return;
            _set = false;
            if (_period > TimeSpan.Zero)
            {
                _set = true;
                time.Set(this, ++_version, _period);
            }

            callback(state);
        }

        public void Dispose()
        {
            _version++;
            _set = false;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }

    private void Schedule(VirtualTimer timer) => scheduler.Schedule(timer);
}
