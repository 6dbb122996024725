using Orleans.Concurrency;
using Orleans.Runtime;
using StreamForge.Embedded.Simulation;

namespace StreamForge.Tests.Engine.Embedded;

/// <summary>What was counted: the sum of the records below <see cref="Next"/>.</summary>
public sealed class Counter
{
    /// <summary>The offset of the next record.</summary>
    public long Next { get; set; }

    public long Sum { get; set; }

    public Counter Copy() => new() { Next = Next, Sum = Sum };
}

/// <summary>A grain fed from a log: it applies each record once, and tells how far that is durable.</summary>
public interface ICounterGrain : IGrainWithStringKey
{
    /// <summary>Applies a record unless it was applied before.</summary>
    /// <returns>The next offset wanted: lower than <paramref name="offset"/> where records before it are missing.</returns>
    ValueTask<long> Ingest(long offset, int value);

    /// <summary>Writes, and answers the offset below which all is durable.</summary>
    [AlwaysInterleave]
    ValueTask<long> Flush();

    [AlwaysInterleave]
    ValueTask<long> Sum();
}

public sealed class CounterGrain(
    [PersistentState("counter", "simulated")] IPersistentState<Counter> counter, SimulatedWorld world) : Grain, ICounterGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        world.Note($"activated {this.GetPrimaryKeyString()} at {counter.State.Next}");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        world.Note($"deactivated {this.GetPrimaryKeyString()}: {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public ValueTask<long> Ingest(long offset, int value)
    {
        if (offset == counter.State.Next)
        {
            counter.State.Next++;
            counter.State.Sum += value;
        }

        return new(counter.State.Next);
    }

    public async ValueTask<long> Flush()
    {
        var next = counter.State.Next;
        try
        {
            await counter.WriteStateAsync();
        }
        catch (OrleansException e) when (e is not Orleans.Storage.InconsistentStateException)
        {
            // Written or not, nobody knows: read what is there, which is what the next life would do.
            DeactivateOnIdle();
            throw;
        }

        return next;
    }

    public ValueTask<long> Sum() => new(counter.State.Sum);
}
