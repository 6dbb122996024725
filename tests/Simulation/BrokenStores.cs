using StreamForge.Contracts.Streams;
using StreamForge.Grains.State;
using StreamForge.Silo.Storage;

namespace StreamForge.Tests.Simulation;

/// <summary>Another store, with all calls handed on.</summary>
internal abstract class StoreAround(IStateStore inner) : IStateStore
{
    protected IStateStore Inner => inner;

    public ValueTask<StateRow?> Read(StateKey key, CancellationToken cancellation) => inner.Read(key, cancellation);

    public abstract ValueTask<WriteOutcome> Write(StateWrite write, CancellationToken cancellation);

    public ValueTask<WriteOutcome> Delete(StateKey key, string expectedETag, CancellationToken cancellation) =>
        inner.Delete(key, expectedETag, cancellation);

    public ValueTask<IReadOnlyList<StateEntry>> Query(StateQuery query, CancellationToken cancellation) => inner.Query(query, cancellation);

    public virtual ValueTask<string?> CurrentETag(string kind, string id, CancellationToken cancellation) =>
        inner.CurrentETag(kind, id, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>Every twentieth write is acknowledged, and was never made.</summary>
internal sealed class ForgetfulStore(IStateStore inner) : StoreAround(inner)
{
    private int _writes;

    public override ValueTask<WriteOutcome> Write(StateWrite write, CancellationToken cancellation) =>
        ++_writes % 20 == 0 ? ValueTask.FromResult(new WriteOutcome(true, write.ETag)) : Inner.Write(write, cancellation);
}

/// <summary>No write is conditional, and nobody is told that somebody else wrote.</summary>
internal sealed class UnconditionalStore(IStateStore inner) : StoreAround(inner)
{
    private readonly Dictionary<(string, string), string?> _own = [];

    public override async ValueTask<WriteOutcome> Write(StateWrite write, CancellationToken cancellation)
    {
        var stored = await Inner.CurrentETag(write.Key.Kind, write.Key.Id, cancellation);
        _own[(write.Key.Kind, write.Key.Id)] = write.ETag;
        return await Inner.Write(write with { ExpectedETag = stored }, cancellation);
    }

    public override async ValueTask<string?> CurrentETag(string kind, string id, CancellationToken cancellation) =>
        _own.TryGetValue((kind, id), out var own) ? own : await base.CurrentETag(kind, id, cancellation);
}

/// <summary>The low-water mark runs ahead of what is durable.</summary>
internal sealed class HastyMarks(IPartitionStore inner) : IPartitionStore
{
    private const int Ahead = 20;

    public ValueTask<PartitionRow> Acquire(PartitionKey key, string owner, CancellationToken cancellation) =>
        inner.Acquire(key, owner, cancellation);

    public ValueTask<bool> Advance(PartitionKey key, long epoch, long lowWater, CancellationToken cancellation) =>
        inner.Advance(key, epoch, lowWater + Ahead, cancellation);

    public ValueTask<bool> NoteLoss(PartitionKey key, long epoch, PartitionLoss? loss, CancellationToken cancellation) =>
        inner.NoteLoss(key, epoch, loss, cancellation);

    public ValueTask<IReadOnlyList<PartitionRow>> List(string group, CancellationToken cancellation) => inner.List(group, cancellation);

    public ValueTask<bool> Park(PartitionKey key, long epoch, ParkedRow row, CancellationToken cancellation) =>
        inner.Park(key, epoch, row, cancellation);

    public ValueTask<bool> Unpark(PartitionKey key, long epoch, string recordKey, long? fromOffset, CancellationToken cancellation) =>
        inner.Unpark(key, epoch, recordKey, fromOffset, cancellation);

    public ValueTask<IReadOnlyList<ParkedRow>> ListParked(PartitionKey key, CancellationToken cancellation) =>
        inner.ListParked(key, cancellation);
}
