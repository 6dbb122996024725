using System.Collections.Immutable;
using Orleans.Concurrency;
using StreamForge.Contracts.Operations;
using StreamForge.Contracts.Streams;

namespace StreamForge.Contracts.Integrity;

/// <summary>How the platform stands, for <c>/v1/status</c>; key <c>all</c>.</summary>
[Alias("sf.IPlatformStatusGrain")]
public interface IPlatformStatusGrain : IGrainWithStringKey
{
    [Alias("Get"), AlwaysInterleave]
    ValueTask<PlatformStatus> Get();
}

[GenerateSerializer, Immutable, Alias("sf.PlatformStatus")]
public sealed record PlatformStatus
{
    /// <summary><c>orleans</c> or <c>embedded</c>.</summary>
    [Id(0)] public required string Engine { get; init; }

    [Id(1)] public required DateTimeOffset StartedAt { get; init; }

    [Id(2)] public required ImmutableArray<PartitionStatus> Partitions { get; init; }

    /// <summary>Since the start of the process, over all consumer groups that feed grains.</summary>
    [Id(3)] public required EventTotals Events { get; init; }

    /// <summary>Entities whose view is in gap or repairing now.</summary>
    [Id(4)] public required int OpenGaps { get; init; }

    [Id(5)] public required RepairTotals Repairs { get; init; }

    [Id(6)] public required ImmutableArray<ParkedKey> Parked { get; init; }

    [Id(7)] public required long DeadLetters { get; init; }

    [Id(8)] public required ImmutableArray<SourceStatus> Sources { get; init; }

    /// <summary>All partitions are assigned and read to within the bound of readiness.</summary>
    [Id(9)] public required bool Ready { get; init; }

    /// <summary>All dead letters that are kept, by what was done about them; none where they were not counted yet.</summary>
    [Id(10)] public DeadLetterCounts? Letters { get; init; }
}

/// <summary>What became of all events: in = applied + duplicate + filtered + superseded + dead-lettered + pending.</summary>
[GenerateSerializer, Immutable, Alias("sf.EventTotals")]
public sealed record EventTotals
{
    [Id(0)] public long In { get; init; }

    [Id(1)] public long Applied { get; init; }

    [Id(2)] public long Duplicate { get; init; }

    [Id(3)] public long Filtered { get; init; }

    [Id(4)] public long Superseded { get; init; }

    [Id(5)] public long DeadLettered { get; init; }

    public static EventTotals operator +(EventTotals a, EventTotals b) => new()
    {
        In = a.In + b.In,
        Applied = a.Applied + b.Applied,
        Duplicate = a.Duplicate + b.Duplicate,
        Filtered = a.Filtered + b.Filtered,
        Superseded = a.Superseded + b.Superseded,
        DeadLettered = a.DeadLettered + b.DeadLettered,
    };
}

[GenerateSerializer, Immutable, Alias("sf.RepairTotals")]
public sealed record RepairTotals
{
    /// <summary>Gaps noticed.</summary>
    [Id(0)] public long Gaps { get; init; }

    /// <summary>Requests sent to sources.</summary>
    [Id(1)] public long Requested { get; init; }

    [Id(2)] public long Failed { get; init; }

    /// <summary>Gaps closed.</summary>
    [Id(3)] public long Closed { get; init; }
}

[GenerateSerializer, Immutable, Alias("sf.PartitionStatus")]
public sealed record PartitionStatus
{
    [Id(0)] public required string Group { get; init; }

    [Id(1)] public required string Topic { get; init; }

    [Id(2)] public required int Partition { get; init; }

    [Id(3)] public required long Epoch { get; init; }

    /// <summary>The next offset to read.</summary>
    [Id(4)] public required long ReadPosition { get; init; }

    /// <summary>All below is durable.</summary>
    [Id(5)] public required long LowWater { get; init; }

    /// <summary>The offset after the newest record.</summary>
    [Id(6)] public required long LogEnd { get; init; }

    /// <summary>Records not yet applied: log end less the applied mark.</summary>
    [Id(7)] public required long Lag { get; init; }

    /// <summary>The newest watermark that is applied for all keys, over the sources of this partition the oldest, UTC.</summary>
    [Id(8)] public DateTimeOffset? Watermark { get; init; }

    /// <summary>Whether records wait for storage or a grain that does not answer.</summary>
    [Id(9)] public bool Stalled { get; init; }

    [Id(10)] public string? StallReason { get; init; }

    /// <summary>Records that retention took before they were read, while something that the partition feeds may miss them; none as a rule.</summary>
    [Id(11)] public PartitionLoss? Loss { get; init; }

    /// <summary>Who reads it, or read it last; none where nobody ever did.</summary>
    [Id(12)] public string? Owner { get; init; }

    /// <summary>Events applied a second, over the last ten.</summary>
    [Id(13)] public double Rate { get; init; }

    /// <summary>The pause that holds it, where an operator has paused it.</summary>
    [Id(14)] public PartitionPause? Paused { get; init; }
}

/// <summary>An operator's pause of a partition.</summary>
/// <param name="Since">UTC.</param>
/// <param name="By">Who paused it.</param>
/// <param name="Reason">Why.</param>
[GenerateSerializer, Immutable, Alias("sf.PartitionPause")]
public sealed record PartitionPause(
    [property: Id(0)] DateTimeOffset Since, [property: Id(1)] string By, [property: Id(2)] string Reason);

[GenerateSerializer, Immutable, Alias("sf.ParkedKey")]
public sealed record ParkedKey
{
    [Id(0)] public required string Group { get; init; }

    [Id(1)] public required string Topic { get; init; }

    [Id(2)] public required int Partition { get; init; }

    [Id(3)] public required string Key { get; init; }

    /// <summary>The first offset that was not applied.</summary>
    [Id(4)] public required long FromOffset { get; init; }

    [Id(5)] public required string Reason { get; init; }

    [Id(6)] public required DateTimeOffset ParkedAt { get; init; }
}

[GenerateSerializer, Immutable, Alias("sf.SourceStatus")]
public sealed record SourceStatus
{
    [Id(0)] public required string Source { get; init; }

    [Id(1)] public required bool Up { get; init; }

    /// <summary>The oldest published-through time over the partitions, UTC.</summary>
    [Id(2)] public DateTimeOffset? Watermark { get; init; }

    [Id(3)] public string? Reason { get; init; }
}
