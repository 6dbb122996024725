using System.Collections.Immutable;
using Orleans.Concurrency;
using StreamForge.Contracts.Integrity;

namespace StreamForge.Contracts.Operations;

/// <summary>
/// What those who run the platform ask of it as a whole; key <c>all</c>. Orders are carried out one after the other; what may be asked
/// for twice is carried out once.
/// </summary>
/// <remarks>Every call throws <see cref="StoreUnavailableException"/> where storage does not answer: then nothing is known to have been done.</remarks>
[Alias("sf.IOperationsGrain")]
public interface IOperationsGrain : IGrainWithStringKey
{
    /// <summary>All partitions of the topics that the platform reads, those that nobody reads now included, by topic and number.</summary>
    [Alias("Partitions"), AlwaysInterleave]
    ValueTask<ImmutableArray<PartitionStatus>> Partitions();

    /// <summary>Nothing new of the partition is delivered until it is resumed, whoever reads it. Durable when it is answered.</summary>
    [Alias("Pause")]
    ValueTask<OrderAnswer> Pause(string topic, int partition, OperatorOrder order);

    /// <summary>Ends a pause.</summary>
    [Alias("Resume")]
    ValueTask<OrderAnswer> Resume(string topic, int partition, OperatorOrder order);

    /// <summary>Keys that wait for an operator.</summary>
    [Alias("Parked"), AlwaysInterleave]
    ValueTask<ParkedPage> Parked(ParkedQuery query);

    /// <summary>
    /// Lets a parked key go on: its records are read again from where it was parked. It stays parked until all of them are applied and
    /// durable, so that a crash in between finds it where it was.
    /// </summary>
    [Alias("Unpark")]
    ValueTask<OrderAnswer> Unpark(ParkedPlace place, OperatorOrder order);

    /// <summary>Orders that were given, the newest first.</summary>
    [Alias("Actions"), AlwaysInterleave]
    ValueTask<ActionPage> Actions(ActionQuery query);
}
