using Orleans.Concurrency;
using Orleans.Runtime;

namespace StreamForge.Tests.Engine.Grains;

/// <summary>Notes when its calls begin and end, and waits at gates in between.</summary>
public interface ITurnGrain : IGrainWithStringKey
{
    /// <summary>Notes <c>begin name</c>, waits at the gate <paramref name="gate"/>, notes <c>end name</c>.</summary>
    ValueTask Wait(string name, string gate);

    /// <summary>As <see cref="Wait"/>, interleaving with all.</summary>
    [AlwaysInterleave]
    ValueTask WaitInterleaving(string name, string gate);

    /// <summary>As <see cref="Wait"/>, interleaving with its like.</summary>
    [ReadOnly]
    ValueTask WaitReadOnly(string name, string gate);

    [AlwaysInterleave]
    ValueTask<int> Ended();

    ValueTask<int> CountUp();

    /// <summary>Calls <paramref name="other"/>, which may be this grain's own caller.</summary>
    Task CallOn(string other, string? then);

    /// <summary>Answers at once; work that nobody awaits goes on until the gate opens, then notes what it saw.</summary>
    ValueTask StartUnawaited(string gate, int turns);

    Task Throw(string message);

    Task ThrowAtOnce(string message);

    Task ThrowThrough(string other, string message);

    Task Cancelled();
}

public sealed class TurnGrain(Probe probe, IGrainFactory grains) : Grain, ITurnGrain
{
    private int _ended;
    private int _inside;
    private int _count;

    private string Key => this.GetPrimaryKeyString();

    public async ValueTask Wait(string name, string gate)
    {
        probe.Note(Key, $"begin {name}");
        await probe.Gate(gate);
        _ended++;
        probe.Note(Key, $"end {name}");
    }

    public ValueTask WaitInterleaving(string name, string gate) => Wait(name, gate);

    public ValueTask WaitReadOnly(string name, string gate) => Wait(name, gate);

    public ValueTask<int> Ended() => new(_ended);

    public ValueTask<int> CountUp()
    {
        Enter();
        return new(++_count);
    }

    public async Task CallOn(string other, string? then)
    {
        if (then is null)
            await grains.GetGrain<ITurnGrain>(other).CountUp();
        else
            await grains.GetGrain<ITurnGrain>(other).CallOn(then, null);
        probe.Note(Key, "called on");
    }

    public ValueTask StartUnawaited(string gate, int turns)
    {
        _ = Unawaited(TaskScheduler.Current, gate, turns);
        return default;
    }

    public async Task Throw(string message)
    {
        await Task.Yield();
        throw new GrainBrokeException(message);
    }

    public Task ThrowAtOnce(string message) => throw new GrainBrokeException(message);

    public Task ThrowThrough(string other, string message) => grains.GetGrain<ITurnGrain>(other).Throw(message);

    public Task Cancelled() => throw new OperationCanceledException("given up");

    private async Task Unawaited(TaskScheduler own, string gate, int turns)
    {
        await probe.Gate(gate);
        var strayed = 0;
        for (var i = 0; i < turns; i++)
        {
            Enter();
            await Task.Yield();
            strayed += TaskScheduler.Current == own ? 0 : 1;
        }

        probe.Note(Key, $"unawaited strayed {strayed}");
    }

    /// <summary>Would see it if two turns ran at once.</summary>
    private void Enter()
    {
        if (Interlocked.Exchange(ref _inside, 1) != 0)
            probe.Note(Key, "two turns at once");
        Thread.SpinWait(100);
        Interlocked.Exchange(ref _inside, 0);
    }
}

/// <summary>All its calls interleave.</summary>
public interface IReentrantGrain : IGrainWithStringKey
{
    ValueTask Wait(string name, string gate);

    Task CallBack(string self);

    ValueTask Nothing();
}

[Reentrant]
public sealed class ReentrantGrain(Probe probe, IGrainFactory grains) : Grain, IReentrantGrain
{
    public async ValueTask Wait(string name, string gate)
    {
        probe.Note(this.GetPrimaryKeyString(), $"begin {name}");
        await probe.Gate(gate);
        probe.Note(this.GetPrimaryKeyString(), $"end {name}");
    }

    public async Task CallBack(string self) => await grains.GetGrain<IReentrantGrain>(self).Nothing();

    public ValueTask Nothing() => default;
}

[GenerateSerializer, Alias("test.GrainBroke")]
public sealed class GrainBrokeException(string message) : Exception(message);
