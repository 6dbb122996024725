using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;

namespace StreamForge.Simulation.World;

/// <summary>Told before a low-water mark is stored, by when all below must be durable, and of what may excuse that.</summary>
internal interface ICommitWatch
{
    /// <summary>A low-water mark is about to be stored.</summary>
    /// <exception cref="StateStoreException">Storage is down or died meanwhile: it is not stored.</exception>
    Task Advancing(PartitionKey key, long lowWater);

    /// <summary>A partition was taken over.</summary>
    void Acquired(PartitionKey key, long epoch);

    /// <summary>The newest epoch under which a partition was taken over.</summary>
    long NewestEpoch(PartitionKey key);

    /// <summary>A row was changed by who had taken the partition over under an epoch, when another one had been the newest already.</summary>
    void Changed(PartitionKey key, long epoch, long newest);

    void Losing(PartitionKey key, PartitionLoss loss);

    void Parking(PartitionKey key, ParkedRow row);

    void Unparked(PartitionKey key, string recordKey);
}

/// <summary>The partitions' rows, with the laws looking on.</summary>
internal sealed class WatchedPartitions(IPartitionStore inner, ICommitWatch watch) : IPartitionStore
{
    public async ValueTask<PartitionRow> Acquire(PartitionKey key, string owner, CancellationToken cancellation)
    {
        var row = await inner.Acquire(key, owner, cancellation);
        watch.Acquired(key, row.Epoch);
        return row;
    }

    public async ValueTask<AdvanceOutcome> Advance(PartitionKey key, long epoch, long known, long lowWater, CancellationToken cancellation)
    {
        await watch.Advancing(key, lowWater);
        var newest = watch.NewestEpoch(key);
        var outcome = await inner.Advance(key, epoch, known, lowWater, cancellation);
        if (outcome == AdvanceOutcome.Stored)
            watch.Changed(key, epoch, newest);
        return outcome;
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

    public ValueTask<IReadOnlyList<(PartitionKey Partition, ParkedRow Row)>> ListParkedOf(string group, CancellationToken cancellation) =>
        inner.ListParkedOf(group, cancellation);
}
