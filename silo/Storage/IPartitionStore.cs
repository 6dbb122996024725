using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Storage;

/// <summary>
/// Who reads a partition, under which epoch, and how far everything is durable: stored beside the grain state, conditional on
/// the epoch, so that a zombie consumer cannot move it.
/// </summary>
public interface IPartitionStore
{
    /// <summary>Takes the partition over: the epoch goes up by one, whoever had it is fenced from now on.</summary>
    ValueTask<PartitionRow> Acquire(PartitionKey key, string owner, CancellationToken cancellation);

    /// <summary>Stores the low-water mark: everything below is durable.</summary>
    /// <param name="known">The mark that the caller knows to be stored: where a lower one is, nothing is written over it.</param>
    /// <exception cref="StateStoreException">The outcome is unknown: repeat.</exception>
    ValueTask<AdvanceOutcome> Advance(PartitionKey key, long epoch, long known, long lowWater, CancellationToken cancellation);

    /// <summary>Stores what retention took, in place of what was stored of that; null: nothing that is fed misses it any more.</summary>
    /// <returns>False where the epoch is no longer the stored one.</returns>
    ValueTask<bool> NoteLoss(PartitionKey key, long epoch, PartitionLoss? loss, CancellationToken cancellation);

    ValueTask<IReadOnlyList<PartitionRow>> List(string group, CancellationToken cancellation);

    /// <summary>
    /// Parks a key durably: its records from <see cref="ParkedRow.FromOffset"/> on wait for an operator and let the others pass. Parking a parked
    /// key keeps the lower offset.
    /// </summary>
    /// <returns>False where the epoch is no longer the stored one.</returns>
    ValueTask<bool> Park(PartitionKey key, long epoch, ParkedRow row, CancellationToken cancellation);

    /// <summary>Moves a parked key's first offset up, or removes the row where <paramref name="fromOffset"/> is null.</summary>
    ValueTask<bool> Unpark(PartitionKey key, long epoch, string recordKey, long? fromOffset, CancellationToken cancellation);

    ValueTask<IReadOnlyList<ParkedRow>> ListParked(PartitionKey key, CancellationToken cancellation);

    /// <summary>The parked keys of all partitions of a group, of every incarnation of its topics.</summary>
    ValueTask<IReadOnlyList<(PartitionKey Partition, ParkedRow Row)>> ListParkedOf(string group, CancellationToken cancellation);
}

/// <summary>What became of a low-water mark.</summary>
public enum AdvanceOutcome
{
    Stored = 0,

    /// <summary>The stored epoch is a later one: the caller is a zombie and must stop.</summary>
    Fenced = 1,

    /// <summary>What the caller knows to have been stored is not there any more: storage was restored from an older copy.</summary>
    SetBack = 2,
}

/// <summary>A partition as a consumer group sees it; another log id is another row.</summary>
public sealed record PartitionKey(string Group, string Topic, Guid LogId, int Partition);

/// <param name="Epoch">From 1, up by one with every owner.</param>
/// <param name="LowWater">All below is durable; 0 where nothing was stored yet.</param>
/// <param name="Loss">Records that retention took before they were read, while somebody may miss them.</param>
public sealed record PartitionRow(
    PartitionKey Key, long Epoch, long LowWater, string Owner, DateTimeOffset UpdatedAt, PartitionLoss? Loss = null);

/// <param name="Key">The record key, text.</param>
/// <param name="FromOffset">The first offset that was not applied.</param>
public sealed record ParkedRow(string Key, long FromOffset, string Reason, DateTimeOffset ParkedAt);
