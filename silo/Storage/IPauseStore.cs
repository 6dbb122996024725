using StreamForge.Contracts.Integrity;

namespace StreamForge.Silo.Storage;

/// <summary>
/// Which partitions operators have paused: of a topic by name, whatever its incarnation and whoever reads it, until they are resumed.
/// </summary>
public interface IPauseStore
{
    /// <summary>Stores a pause, durably.</summary>
    /// <returns>False where the partition is paused already: what is stored of that stays.</returns>
    /// <exception cref="StateStoreException">The outcome is unknown: repeat.</exception>
    ValueTask<bool> Pause(PausedPartition partition, CancellationToken cancellation);

    /// <summary>Ends a pause, durably.</summary>
    /// <returns>False where the partition was not paused; true for each of those who end it at once.</returns>
    /// <exception cref="StateStoreException">The outcome is unknown: repeat.</exception>
    ValueTask<bool> Resume(string topic, int partition, CancellationToken cancellation);

    /// <summary>All that are paused, in order of topic and partition.</summary>
    ValueTask<IReadOnlyList<PausedPartition>> ListPaused(CancellationToken cancellation);
}

/// <summary>A partition that is paused.</summary>
public sealed record PausedPartition(string Topic, int Partition, PartitionPause Pause);
