using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;

namespace StreamForge.Simulation.World;

/// <summary>Told before a low-water mark is stored: by then all below must be durable.</summary>
internal interface ICommitWatch
{
    Task Advancing(PartitionKey key, long lowWater);

    void Parked(PartitionKey key, ParkedRow row);
}

/// <summary>The partitions' rows, with the laws looking on.</summary>
internal sealed class WatchedPartitions(IPartitionStore inner, ICommitWatch watch) : IPartitionStore
{
    public ValueTask<PartitionRow> Acquire(PartitionKey key, string owner, CancellationToken cancellation) =>
        inner.Acquire(key, owner, cancellation);

    public async ValueTask<bool> Advance(PartitionKey key, long epoch, long lowWater, CancellationToken cancellation)
    {
        await watch.Advancing(key, lowWater);
        return await inner.Advance(key, epoch, lowWater, cancellation);
    }

    public ValueTask<bool> NoteLoss(PartitionKey key, long epoch, PartitionLoss? loss, CancellationToken cancellation) =>
        inner.NoteLoss(key, epoch, loss, cancellation);

    public ValueTask<IReadOnlyList<PartitionRow>> List(string group, CancellationToken cancellation) => inner.List(group, cancellation);

    public async ValueTask<bool> Park(PartitionKey key, long epoch, ParkedRow row, CancellationToken cancellation)
    {
        var parked = await inner.Park(key, epoch, row, cancellation);
        if (parked)
            watch.Parked(key, row);
        return parked;
    }

    public ValueTask<bool> Unpark(PartitionKey key, long epoch, string recordKey, long? fromOffset, CancellationToken cancellation) =>
        inner.Unpark(key, epoch, recordKey, fromOffset, cancellation);

    public ValueTask<IReadOnlyList<ParkedRow>> ListParked(PartitionKey key, CancellationToken cancellation) =>
        inner.ListParked(key, cancellation);
}
