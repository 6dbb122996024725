namespace StreamForge.Sources.Connectors;

/// <summary>
/// Asks a venue about one instrument. The answer goes to the raw topic, like all that the venue says; the outcome tells whether it
/// stands there. Never throws for a failing venue or sink; does not limit itself: that is the caller's governor.
/// </summary>
public interface ISourceGateway
{
    /// <summary>The whole book, now.</summary>
    /// <param name="instrument"><c>venue:SYMBOL</c>.</param>
    /// <param name="repair">Goes into the headers of the answer; none where the connector asks on its own account.</param>
    Task<GatewayOutcome> RequestDepthSnapshot(string instrument, RepairTag? repair, CancellationToken cancellation);

    /// <summary>
    /// Trades of [fromId, toId]: as many, from the first on, as one answer of the venue holds. One call is one request, so that a
    /// permit covers it; the answer's header says how far it reaches.
    /// </summary>
    Task<GatewayOutcome> RequestTrades(
        string instrument, long fromId, long toId, RepairTag? repair, CancellationToken cancellation);

    /// <summary>
    /// The newest trade, so that trades missed before it show although none has come since. Answered at once where the venue's
    /// trades have no ids.
    /// </summary>
    Task<GatewayOutcome> RequestNewestTrade(string instrument, CancellationToken cancellation);
}

/// <summary>The request that an answer belongs to.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="TraceParent">The trace that it is part of, in the form of W3C trace context; the answer's record goes on with it.</param>
public sealed record RepairTag(string Id, string? TraceParent = null);

/// <summary>How a request ended.</summary>
/// <param name="Answered">The answer is durable in the raw topic.</param>
/// <param name="Reason">Why not, for a person.</param>
/// <param name="RetryAfter">When to ask again at the earliest, where the venue said.</param>
/// <param name="Unknown">The request was sent, and nobody knows what became of it: the venue may still be at it.</param>
public readonly record struct GatewayOutcome(
    bool Answered, string? Reason = null, TimeSpan? RetryAfter = null, bool Unknown = false)
{
    public static GatewayOutcome Done => new(true);

    public static GatewayOutcome Failed(string reason, TimeSpan? retryAfter = null) => new(false, reason, retryAfter);

    /// <summary>It was sent, and how it ended is not known.</summary>
    public static GatewayOutcome Lost(string reason) => new(false, reason, Unknown: true);
}
