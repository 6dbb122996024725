using Orleans.Concurrency;
using Orleans.Runtime;

namespace StreamForge.Tests.Engine.Embedded;

public interface INodeGrain : IGrainWithStringKey
{
    /// <summary>Which life answers, over all nodes, from 1.</summary>
    [AlwaysInterleave]
    ValueTask<int> Life();

    /// <summary>Waits at a gate; notes what comes after, and what stands in <c>finally</c>.</summary>
    ValueTask Wait(string gate);

    ValueTask Tick(TimeSpan period);

    /// <summary>Goes on outside of the simulation's thread.</summary>
    ValueTask Stray();
}

public sealed class NodeGrain(Probe probe, TimeProvider time) : Grain, INodeGrain
{
    private int _life;

    private string Key => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Note(Key, "activated");
        _life = probe.Count(Key, "activated");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Note(Key, $"deactivating {_life}: {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public ValueTask<int> Life() => new(_life);

    public async ValueTask Wait(string gate)
    {
        try
        {
            probe.Note(Key, "waiting");
            await probe.Gate(gate);
            probe.Note(Key, "after");
        }
        finally
        {
            probe.Note(Key, "finally");
        }
    }

    public ValueTask Tick(TimeSpan period)
    {
        this.RegisterGrainTimer(
            () =>
            {
                probe.Note(Key, $"tick {time.GetUtcNow():ss.fff}");
                return Task.CompletedTask;
            },
            period,
            period);
        return default;
    }

    public async ValueTask Stray() => await Task.Run(() => { });
}
