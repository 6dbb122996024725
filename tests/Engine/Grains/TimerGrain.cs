using Orleans.Concurrency;
using Orleans.Runtime;

namespace StreamForge.Tests.Engine.Grains;

public interface ITimerGrain : IGrainWithStringKey
{
    /// <summary>Starts a timer that notes <c>tick</c> (with the life's number) every 10 ms.</summary>
    ValueTask StartTicking(bool interleave, bool keepAlive);

    /// <summary>Starts a timer that waits at a gate in its first tick.</summary>
    ValueTask StartSlowTick(string gate);

    /// <summary>Starts a timer that throws at each tick.</summary>
    ValueTask StartFailing();

    ValueTask StopTicking();

    ValueTask Wait(string gate);

    ValueTask Nothing();

    [AlwaysInterleave]
    ValueTask<int> Life();

    ValueTask End();
}

public sealed class TimerGrain(Probe probe) : Grain, ITimerGrain
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);
    private IGrainTimer? _timer;
    private int _life;

    private string Key => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _life = probe.Count(Key, "activated") + 1;
        probe.Note(Key, "activated");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Note(Key, $"deactivated {_life}: {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public ValueTask StartTicking(bool interleave, bool keepAlive)
    {
        _timer = this.RegisterGrainTimer(
            _ =>
            {
                probe.Note(Key, $"tick {_life}");
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions { DueTime = Period, Period = Period, Interleave = interleave, KeepAlive = keepAlive });
        return default;
    }

    public ValueTask StartSlowTick(string gate)
    {
        _timer = this.RegisterGrainTimer(
            async cancellation =>
            {
                probe.Note(Key, "tick begins");
                await probe.Gate(gate);
                probe.Note(Key, "tick ends");
            },
            new GrainTimerCreationOptions { DueTime = Period, Period = Timeout.InfiniteTimeSpan });
        return default;
    }

    public ValueTask StartFailing()
    {
        _timer = this.RegisterGrainTimer(
            () =>
            {
                probe.Note(Key, "failing tick");
                throw new GrainBrokeException("in a timer");
            },
            new GrainTimerCreationOptions { DueTime = Period, Period = Period });
        return default;
    }

    public ValueTask StopTicking()
    {
        _timer!.Dispose();
        probe.Note(Key, "stopped");
        return default;
    }

    public async ValueTask Wait(string gate)
    {
        probe.Note(Key, "call begins");
        await probe.Gate(gate);
        probe.Note(Key, "call ends");
    }

    public ValueTask Nothing() => default;

    public ValueTask<int> Life() => new(_life);

    public ValueTask End()
    {
        DeactivateOnIdle();
        return default;
    }
}
