using System.Collections.Immutable;
using Orleans.Concurrency;

namespace StreamForge.Contracts.Integrity;

/// <summary>
/// The one place that lets requests go to a source, keyed by the source: calls never exceed its concurrency and rate over all
/// processes. Losing this grain or a holder never lifts the cap: what was granted is stored before it is answered, and
/// counts until it is returned or expires.
/// </summary>
[Alias("sf.ISourceGovernorGrain")]
public interface ISourceGovernorGrain : IGrainWithStringKey
{
    /// <summary>
    /// Asks for a permit for a ticket, waiting up to <paramref name="wait"/>. A ticket keeps its place for a while when it is not
    /// granted: ask again with the same one. Asking again after a grant gives the same permit.
    /// </summary>
    /// <param name="wait">From zero to 10 s.</param>
    [Alias("Acquire"), AlwaysInterleave]
    ValueTask<PermitAnswer> Acquire(PermitTicket ticket, TimeSpan wait);

    /// <summary>
    /// Returns a permit whose request has ended for certain. One whose outcome is unknown is not returned: it counts until it
    /// expires, since the source may still be at it. Repeated or late returns change nothing.
    /// </summary>
    [Alias("Return"), AlwaysInterleave]
    ValueTask Return(string ticketId);

    [Alias("Get"), AlwaysInterleave]
    ValueTask<GovernorStatus> Get();
}

/// <summary>A place in the queue of a source.</summary>
[GenerateSerializer, Immutable, Alias("sf.PermitTicket")]
public sealed record PermitTicket
{
    /// <summary>Identity of the request: unique over all processes.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Who it is for: an instrument, an organisation. Groups that have started are served before new ones.</summary>
    [Id(1)] public required string Group { get; init; }

    /// <summary>Somebody waits for it: served before all background work.</summary>
    [Id(2)] public bool Interactive { get; init; }
}

/// <summary>The answer to a ticket.</summary>
[GenerateSerializer, Immutable, Alias("sf.PermitAnswer")]
public sealed record PermitAnswer
{
    [Id(0)] public required bool Granted { get; init; }

    /// <summary>
    /// Granted: the request must have been sent within this, or the permit be returned unused. Counted by the caller's own clock from when it
    /// made the call, so that no two clocks are compared: what the call took is lost to the caller, never to the cap. Zero or less: too late.
    /// </summary>
    [Id(4)] public TimeSpan SendWithin { get; init; }

    /// <summary>Granted: the request must have ended within this, counted as before; then the permit stops counting if nobody returns it.</summary>
    [Id(5)] public TimeSpan EndWithin { get; init; }

    /// <summary>Not granted: tickets that will be served before this one.</summary>
    [Id(3)] public int Ahead { get; init; }
}

/// <summary>How a governor stands.</summary>
[GenerateSerializer, Immutable, Alias("sf.GovernorStatus")]
public sealed record GovernorStatus
{
    [Id(0)] public required int MaxConcurrent { get; init; }

    [Id(1)] public required double PerSecond { get; init; }

    [Id(2)] public required int InUse { get; init; }

    [Id(3)] public required int Waiting { get; init; }

    /// <summary>Permits granted since the state began.</summary>
    [Id(4)] public required long Granted { get; init; }

    /// <summary>Groups that hold a permit or have been served since they last had an empty queue.</summary>
    [Id(5)] public required ImmutableArray<string> StartedGroups { get; init; }
}
