using Orleans.Concurrency;
using Orleans.Runtime;
using StreamForge.Silo.Engine;

namespace StreamForge.Tests.Engine.Grains;

/// <summary>Stored state of <see cref="ILifeGrain"/>.</summary>
[GenerateSerializer, Alias("test.Tally")]
public sealed class Tally
{
    [Id(0)] public int Value { get; set; }
}

public interface ILifeGrain : IGrainWithStringKey
{
    /// <summary>Which life of this grain answers, from 1.</summary>
    [AlwaysInterleave]
    ValueTask<int> Life();

    /// <summary>The value in memory.</summary>
    [AlwaysInterleave]
    ValueTask<int> Value();

    /// <summary>Adds in memory only.</summary>
    [AlwaysInterleave]
    ValueTask Add(int amount);

    /// <summary>Writes what is in memory, and answers the value that it held when it asked for that.</summary>
    [AlwaysInterleave]
    ValueTask<int> Write();

    /// <summary>Adds, asks for a write, adds again in the same turn, and waits for the write.</summary>
    ValueTask AddWriteAdd(int before, int after);

    /// <summary>Has another grain write, and lets pass what that throws.</summary>
    ValueTask WriteOther(string other);

    ValueTask End();

    ValueTask Wait(string gate);
}

/// <summary>A key with <c>slow-end</c> in it waits in OnDeactivateAsync for the gate <c>end:key</c>.</summary>
public sealed class LifeGrain(
    [PersistentState("tally", GrainEngine.CheckpointStorage)] IPersistentState<Tally> tally, Probe probe, IGrainFactory grains)
    : Grain, ILifeGrain
{
    private int _life;

    private string Key => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _life = probe.Count(Key, "activated") + 1;
        probe.Note(Key, "activated");
        probe.Note(Key, $"value {tally.State.Value}");
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Note(Key, $"deactivating: {reason.ReasonCode}");
        if (Key.Contains("slow-end", StringComparison.Ordinal))
            await probe.Gate($"end:{Key}");
        probe.Note(Key, "deactivated");
    }

    public ValueTask<int> Life() => new(_life);

    public ValueTask<int> Value() => new(tally.State.Value);

    public ValueTask Add(int amount)
    {
        tally.State.Value += amount;
        return default;
    }

    public async ValueTask<int> Write()
    {
        var value = tally.State.Value;
        await tally.WriteStateAsync();
        return value;
    }

    public async ValueTask AddWriteAdd(int before, int after)
    {
        tally.State.Value += before;
        var write = tally.WriteStateAsync();
        tally.State.Value += after;
        await write;
    }

    public async ValueTask WriteOther(string other) => await grains.GetGrain<ILifeGrain>(other).Write();

    public ValueTask End()
    {
        DeactivateOnIdle();
        return default;
    }

    public async ValueTask Wait(string gate)
    {
        probe.Note(Key, "waiting");
        await probe.Gate(gate);
        probe.Note(Key, "waited");
    }
}

public interface IFailingGrain : IGrainWithStringKey
{
    ValueTask<int> Life();
}

/// <summary>Its first life fails to activate: in the constructor where the key has <c>constructor</c> in it.</summary>
public sealed class FailingGrain : Grain, IFailingGrain
{
    private readonly Probe _probe;
    private readonly int _life;

    public FailingGrain(Probe probe)
    {
        _probe = probe;
        _life = probe.Count(this.GetPrimaryKeyString(), "constructed") + 1;
        probe.Note(this.GetPrimaryKeyString(), "constructed");
        if (_life == 1 && this.GetPrimaryKeyString().Contains("constructor", StringComparison.Ordinal))
            throw new GrainBrokeException("cannot be constructed");
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken) => _life == 1
        ? throw new GrainBrokeException("cannot activate")
        : Task.CompletedTask;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _probe.Note(this.GetPrimaryKeyString(), "deactivating");
        return Task.CompletedTask;
    }

    public ValueTask<int> Life() => new(_life);
}
