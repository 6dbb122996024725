using StreamForge.Contracts.Operations;

namespace StreamForge.Silo.Storage;

/// <summary>
/// What stands in the topic of dead letters, to be listed, and what operators did about each. Made from the topic, which stays the truth:
/// a letter that is added twice is there once.
/// </summary>
public interface IDeadLetterIndex
{
    /// <summary>Adds letters, durably; one that is there stays as it is.</summary>
    /// <exception cref="StateStoreException">The outcome is unknown: repeat.</exception>
    ValueTask Add(IReadOnlyList<DeadLetter> letters, CancellationToken cancellation);

    /// <summary>The letter; none where there is no such one.</summary>
    ValueTask<StoredLetter?> Find(string id, CancellationToken cancellation);

    /// <summary>Replaces a letter that was found, durably.</summary>
    /// <returns>False where somebody has changed it since.</returns>
    /// <exception cref="StateStoreException">The outcome is unknown: find it again.</exception>
    ValueTask<bool> Change(StoredLetter found, DeadLetter letter, CancellationToken cancellation);

    ValueTask<DeadLetterPage> ListLetters(DeadLetterQuery query, CancellationToken cancellation);

    ValueTask<DeadLetterCounts> Count(CancellationToken cancellation);

    /// <summary>
    /// Forgets the letters of a partition that the log does not keep any more: below an offset, or of an earlier incarnation.
    /// </summary>
    /// <returns>How many.</returns>
    ValueTask<int> Forget(Guid logId, int partition, long below, CancellationToken cancellation);
}

/// <summary>A letter as it was found.</summary>
/// <param name="Version">Changes with every change.</param>
public sealed record StoredLetter(DeadLetter Letter, string Version);
