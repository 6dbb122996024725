using Orleans.Concurrency;

namespace StreamForge.Contracts.Operations;

/// <summary>One dead letter, keyed by its id: orders about it are carried out one after the other.</summary>
/// <remarks>Every call throws <see cref="StoreUnavailableException"/> where log or storage does not answer.</remarks>
[Alias("sf.IDeadLetterGrain")]
public interface IDeadLetterGrain : IGrainWithStringKey
{
    /// <summary>The letter with the record that it is about; none where there is no such letter.</summary>
    [Alias("Get"), AlwaysInterleave]
    ValueTask<DeadLetterRecord?> Get();

    /// <summary>Appends the record again to its topic. Asked for twice it is appended once.</summary>
    /// <param name="again">Even where it was replayed or discarded before.</param>
    [Alias("Replay")]
    ValueTask<OrderAnswer> Replay(bool again, OperatorOrder order);

    /// <summary>Nothing is to be done about it.</summary>
    [Alias("Discard")]
    ValueTask<OrderAnswer> Discard(OperatorOrder order);
}

/// <summary>All dead letters; key <c>all</c>.</summary>
[Alias("sf.IDeadLetterDirectoryGrain")]
public interface IDeadLetterDirectoryGrain : IGrainWithStringKey
{
    /// <summary>Letters, those of the newest records first.</summary>
    [Alias("List"), AlwaysInterleave]
    ValueTask<DeadLetterPage> List(DeadLetterQuery query);
}
