using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>A store that takes its time to remove the row of a parked key.</summary>
internal sealed class SlowUnparking(IPartitionStore inner) : IPartitionStore
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when somebody wants a row removed.</summary>
    public Task Asked => _asked.Task;

    /// <summary>It is removed now.</summary>
    public void Open() => _open.SetResult();

    public async ValueTask<bool> Unpark(PartitionKey key, long epoch, string recordKey, long? fromOffset, CancellationToken cancellation)
    {
        _asked.TrySetResult();
        await _open.Task;
        return await inner.Unpark(key, epoch, recordKey, fromOffset, cancellation);
    }

    public ValueTask<bool> NoteLoss(PartitionKey key, long epoch, PartitionLoss? loss, CancellationToken cancellation) =>
        inner.NoteLoss(key, epoch, loss, cancellation);

    public ValueTask<PartitionRow> Acquire(PartitionKey key, string owner, CancellationToken cancellation) =>
        inner.Acquire(key, owner, cancellation);

    public ValueTask<AdvanceOutcome> Advance(PartitionKey key, long epoch, long known, long lowWater, CancellationToken cancellation) =>
        inner.Advance(key, epoch, known, lowWater, cancellation);

    public ValueTask<IReadOnlyList<PartitionRow>> List(string group, CancellationToken cancellation) => inner.List(group, cancellation);

    public ValueTask<bool> Park(PartitionKey key, long epoch, ParkedRow row, CancellationToken cancellation) =>
        inner.Park(key, epoch, row, cancellation);

    public ValueTask<IReadOnlyList<ParkedRow>> ListParked(PartitionKey key, CancellationToken cancellation) =>
        inner.ListParked(key, cancellation);

    public ValueTask<IReadOnlyList<(PartitionKey Partition, ParkedRow Row)>> ListParkedOf(string group, CancellationToken cancellation) =>
        inner.ListParkedOf(group, cancellation);
}
