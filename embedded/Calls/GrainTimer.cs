using Orleans.Runtime;
using StreamForge.Embedded.Activations;
using StreamForge.Embedded.Scheduling;

namespace StreamForge.Embedded.Calls;

/// <summary>A timer of an activation. Its ticks are requests to that activation; the next is due a period after the last ended.</summary>
internal sealed class GrainTimer : IGrainTimer
{
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ITimer _clock;
    private readonly Tick _tick;
    private TimeSpan _dueTime;
    private TimeSpan _period;
    private volatile bool _ticking;
    private bool _changed;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options, TimeProvider time)
    {
        _activation = activation;
        _callback = callback;
        _tick = new Tick(this, options.Interleave, options.KeepAlive);
        using (NoAmbientContext.Enter())
            _clock = time.CreateTimer(static self => ((GrainTimer)self!).Due(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Change(options.DueTime, options.Period);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
        (_dueTime, _period, _changed) = (dueTime, period, true);
        if (!_ticking)
            _clock.Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _clock.Dispose();
        _activation.Forget(this);
    }

    private void Due()
    {
        _ticking = true;
        _activation.TryReceive(_tick);
    }

    private async Task Run()
    {
        _changed = false;
        try
        {
            await _callback(_disposed.Token);
        }
        catch (Exception e)
        {
            _activation.TimerFailed(e);
        }

        _ticking = false;
        if (!_disposed.IsCancellationRequested)
            _clock.Change(_changed ? _dueTime : _period, Timeout.InfiniteTimeSpan);
    }

    private sealed class Tick(GrainTimer timer, bool interleaves, bool keepsAlive) : Request
    {
        public override bool AlwaysInterleaves => interleaves;

        public override bool IsReadOnly => false;

        public override bool KeepsAlive => keepsAlive;

        public override bool IsLocal => true;

        public override bool IsAbandoned => timer._disposed.IsCancellationRequested;

        public override Task Run(object grain) => timer.Run();

        public override void Succeed()
        {
            // Nobody waits for a tick.
        }

        public override void Fail(Exception exception)
        {
            // A tick that fails has been logged; one that is dropped has ended with its activation.
        }
    }
}
