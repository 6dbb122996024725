using System.Collections.Immutable;
using Orleans.Concurrency;

namespace StreamForge.Contracts.Integrity;

/// <summary>
/// Where repairs of one source are handed from the grains that want them to the process that has the link, keyed by the source. Kept in
/// memory: who asked hears of a loss by an exception, and asks again.
/// </summary>
[Alias("sf.ISourceDeskGrain")]
public interface ISourceDeskGrain : IGrainWithStringKey
{
    /// <summary>Hands a request over, and waits for its outcome up to <paramref name="wait"/>; none where it has not ended: ask again.</summary>
    /// <param name="again">It was handed over before: a desk that does not know it has lost it, and says that nobody knows how it ended.</param>
    /// <param name="wait">A second at most: a desk that is asked to end waits for its calls.</param>
    [Alias("Ask"), AlwaysInterleave]
    ValueTask<DeskOutcome?> Ask(DeskRequest request, bool again, TimeSpan wait);

    /// <summary>Takes the requests that nobody has taken yet; waits up to <paramref name="wait"/> for one.</summary>
    [Alias("Take"), AlwaysInterleave]
    ValueTask<ImmutableArray<DeskRequest>> Take(TimeSpan wait);

    /// <summary>Says how a request ended that was taken.</summary>
    [Alias("Settle"), AlwaysInterleave]
    ValueTask Settle(string id, DeskOutcome outcome);
}

/// <summary>One targeted request about one entity.</summary>
[GenerateSerializer, Immutable, Alias("sf.DeskRequest")]
public sealed record DeskRequest
{
    [Id(0)] public required string Id { get; init; }

    /// <summary><c>venue:SYMBOL</c>.</summary>
    [Id(1)] public required string Entity { get; init; }

    /// <summary>Trades by id, from; none where the whole book is wanted.</summary>
    [Id(2)] public long? FromTrade { get; init; }

    /// <summary>The last of them, inclusive.</summary>
    [Id(3)] public long? ToTrade { get; init; }

    [Id(4)] public string? TraceParent { get; init; }
}

/// <summary>How a request ended.</summary>
[GenerateSerializer, Immutable, Alias("sf.DeskOutcome")]
public sealed record DeskOutcome
{
    /// <summary>The answer stands in the raw topic.</summary>
    [Id(0)] public required bool Answered { get; init; }

    /// <summary>Why not.</summary>
    [Id(1)] public string? Reason { get; init; }

    /// <summary>When to ask again at the earliest, where somebody said.</summary>
    [Id(2)] public TimeSpan? RetryAfter { get; init; }

    /// <summary>Nobody knows what became of it: the source may still be at it.</summary>
    [Id(3)] public bool Unknown { get; init; }
}
