using System.Collections.Immutable;
using Orleans.Concurrency;
using StreamForge.Contracts.Integrity;

namespace StreamForge.Contracts.Market;

/// <summary>Lists of instruments from the indexed columns of their state rows; key <c>all</c>.</summary>
[Alias("sf.IInstrumentDirectoryGrain")]
public interface IInstrumentDirectoryGrain : IGrainWithStringKey
{
    /// <summary>
    /// Instruments in order of name, after <see cref="InstrumentQuery.After"/>. A page may be short, or empty, with more to come: only
    /// <see cref="InstrumentPage.Next"/> tells the last.
    /// </summary>
    [Alias("List"), AlwaysInterleave]
    ValueTask<InstrumentPage> List(InstrumentQuery query);
}

/// <summary>What to list.</summary>
[GenerateSerializer, Immutable, Alias("sf.InstrumentQuery")]
public sealed record InstrumentQuery
{
    /// <summary>Only this venue.</summary>
    [Id(0)] public string? Venue { get; init; }

    /// <summary>Only those that are shown with this status. None is ever shown as repairing: that is a gap here.</summary>
    [Id(1)] public FreshnessStatus? Status { get; init; }

    /// <summary>The last name of the page before.</summary>
    [Id(2)] public string? After { get; init; }

    /// <summary>From 1 to 1000.</summary>
    [Id(3)] public int Limit { get; init; } = 100;
}

/// <summary>A page of instruments: what stands in their last checkpoints, and how far that can be trusted now.</summary>
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

    /// <summary>
    /// How far the checkpoint can be trusted: the worst of the entity's own status in it, and of the partitions and the source as they
    /// stand now. Live only where it holds all that the source published up to <see cref="Watermark"/>, and that is recent.
    /// </summary>
    [Id(1)] public required FreshnessStatus Status { get; init; }

    [Id(2)] public long Sequence { get; init; }

    /// <summary>When the row was written, UTC.</summary>
    [Id(3)] public required DateTimeOffset CheckpointedAt { get; init; }

    /// <summary>All that the source published up to here is in the checkpoint, UTC; none where nobody says so, or something is missing.</summary>
    [Id(4)] public DateTimeOffset? Watermark { get; init; }
}
