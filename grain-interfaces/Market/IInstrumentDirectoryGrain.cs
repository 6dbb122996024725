using System.Collections.Immutable;
using Orleans.Concurrency;
using StreamForge.Contracts.Integrity;

namespace StreamForge.Contracts.Market;

/// <summary>Lists of instruments from the indexed columns of their state rows; key <c>all</c>.</summary>
[Alias("sf.IInstrumentDirectoryGrain")]
public interface IInstrumentDirectoryGrain : IGrainWithStringKey
{
    /// <summary>Instruments in order of name, after <see cref="InstrumentQuery.After"/>.</summary>
    [Alias("List"), AlwaysInterleave]
    ValueTask<InstrumentPage> List(InstrumentQuery query);
}

/// <summary>What to list.</summary>
[GenerateSerializer, Immutable, Alias("sf.InstrumentQuery")]
public sealed record InstrumentQuery
{
    /// <summary>Only this venue.</summary>
    [Id(0)] public string? Venue { get; init; }

    /// <summary>Only with this stored status (the entity's own: cold, gap, repairing or live).</summary>
    [Id(1)] public FreshnessStatus? Status { get; init; }

    /// <summary>The last name of the page before.</summary>
    [Id(2)] public string? After { get; init; }

    /// <summary>From 1 to 1000.</summary>
    [Id(3)] public int Limit { get; init; } = 100;
}

/// <summary>A page of instruments, as of their last checkpoint.</summary>
[GenerateSerializer, Immutable, Alias("sf.InstrumentPage")]
public sealed record InstrumentPage
{
    [Id(0)] public required ImmutableArray<InstrumentSummary> Items { get; init; }

    /// <summary>Give as <see cref="InstrumentQuery.After"/> for the next page; none on the last.</summary>
    [Id(1)] public string? Next { get; init; }
}

[GenerateSerializer, Immutable, Alias("sf.InstrumentSummary")]
public sealed record InstrumentSummary
{
    [Id(0)] public required string Instrument { get; init; }

    /// <summary>The entity's own status at its last checkpoint, without that of partitions and source.</summary>
    [Id(1)] public required FreshnessStatus Status { get; init; }

    [Id(2)] public long Sequence { get; init; }

    /// <summary>When the row was written, UTC.</summary>
    [Id(3)] public required DateTimeOffset CheckpointedAt { get; init; }
}
