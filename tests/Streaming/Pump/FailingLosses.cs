using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>A store that works but for losses: as a crash between noticing and storing one would leave it.</summary>
internal sealed class FailingLosses(IPartitionStore inner) : IPartitionStore
{
    private int _refused;

    public int Refused => Volatile.Read(ref _refused);

    public ValueTask<bool> NoteLoss(PartitionKey key, long epoch, PartitionLoss? loss, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _refused);
        throw new StateStoreException("not now");
    }

    public ValueTask<PartitionRow> Acquire(PartitionKey key, string owner, CancellationToken cancellation) =>
        inner.Acquire(key, owner, cancellation);

    public ValueTask<AdvanceOutcome> Advance(PartitionKey key, long epoch, long known, long lowWater, CancellationToken cancellation) =>
        inner.Advance(key, epoch, known, lowWater, cancellation);

    public ValueTask<IReadOnlyList<PartitionRow>> List(string group, CancellationToken cancellation) => inner.List(group, cancellation);

    public ValueTask<bool> Park(PartitionKey key, long epoch, ParkedRow row, CancellationToken cancellation) =>
        inner.Park(key, epoch, row, cancellation);

    public ValueTask<bool> Unpark(PartitionKey key, long epoch, string recordKey, long? fromOffset, CancellationToken cancellation) =>
        inner.Unpark(key, epoch, recordKey, fromOffset, cancellation);

    public ValueTask<IReadOnlyList<ParkedRow>> ListParked(PartitionKey key, CancellationToken cancellation) =>
        inner.ListParked(key, cancellation);

    public ValueTask<IReadOnlyList<(PartitionKey Partition, ParkedRow Row)>> ListParkedOf(string group, CancellationToken cancellation) =>
        inner.ListParkedOf(group, cancellation);
}
