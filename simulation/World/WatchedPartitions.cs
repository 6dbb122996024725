using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;

namespace StreamForge.Simulation.World;

/// <summary>Told before a low-water mark is stored, by when all below must be durable, and of what may excuse that.</summary>
internal interface ICommitWatch
{
    Task Advancing(PartitionKey key, long lowWater);

    void Losing(PartitionKey key, PartitionLoss loss);

    void Parking(PartitionKey key, ParkedRow row);

    void Unparked(PartitionKey key, string recordKey);
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

    public ValueTask<bool> NoteLoss(PartitionKey key, long epoch, PartitionLoss? loss, CancellationToken cancellation)
    {
        if (loss is { } range)
            watch.Losing(key, range);
        return inner.NoteLoss(key, epoch, loss, cancellation);
    }

    public ValueTask<IReadOnlyList<PartitionRow>> List(string group, CancellationToken cancellation) => inner.List(group, cancellation);

    public ValueTask<bool> Park(PartitionKey key, long epoch, ParkedRow row, CancellationToken cancellation)
    {
        watch.Parking(key, row);
        return inner.Park(key, epoch, row, cancellation);
    }

    public async ValueTask<bool> Unpark(PartitionKey key, long epoch, string recordKey, long? fromOffset, CancellationToken cancellation)
    {
        var unparked = await inner.Unpark(key, epoch, recordKey, fromOffset, cancellation);
        if (unparked && fromOffset is null)
            watch.Unparked(key, recordKey);
        return unparked;
    }

    public ValueTask<IReadOnlyList<ParkedRow>> ListParked(PartitionKey key, CancellationToken cancellation) =>
        inner.ListParked(key, cancellation);
}
