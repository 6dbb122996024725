using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;

namespace StreamForge.Grains.Integrity;

/// <summary>What the pumps know of the partitions that feed an entity. Answers from memory, at once.</summary>
public interface IFeedStandings
{
    /// <summary>How the feed of one key stands: a slow or parked key has a standing of its own.</summary>
    /// <param name="topic">The topic that feeds it.</param>
    /// <param name="partition">The partition that it was last fed from; none where it was never fed: worst of all.</param>
    /// <param name="key">The entity's key.</param>
    /// <param name="source">The source whose watermark counts.</param>
    FeedStanding Of(string topic, int? partition, string key, string source);

    /// <summary>
    /// The same of what is stored of a key, for lists: the watermark is true of a row that is read after this call, and a loss is told
    /// only where the key has not proven yet that it misses nothing.
    /// </summary>
    /// <inheritdoc cref="Of"/>
    FeedStanding OfStored(string topic, string key, string source);
}

/// <summary>How the feed of one key stands.</summary>
/// <param name="Watermark">All that the source published up to here is applied for this key, UTC; none if nobody has said.</param>
/// <param name="SourceUp">What the connector said last.</param>
/// <param name="Stalled">Records of this key wait for storage or for a call that times out.</param>
/// <param name="Parked">Records of this key wait for an operator.</param>
/// <param name="Reason">One sentence for a person where something is wrong.</param>
/// <param name="Loss">Records that went before they were read: of any key, as far as the partition knows.</param>
/// <param name="Delivered">What the rest was said of; none where nobody delivers: then nothing needs to be held.</param>
[GenerateSerializer, Immutable, Alias("sf.FeedStanding")]
public readonly record struct FeedStanding(
    [property: Id(0)] DateTimeOffset? Watermark,
    [property: Id(1)] bool SourceUp,
    [property: Id(2)] bool Stalled,
    [property: Id(3)] bool Parked,
    [property: Id(4)] string? Reason,
    [property: Id(5)] FeedLoss? Loss = null,
    [property: Id(6)] FeedDelivery? Delivered = null);

/// <summary>
/// What a pump has delivered of one key: the watermark that it gives is true of memory that holds this, and of no other. An activation
/// that was read from storage, or that others have overtaken, may hold less.
/// </summary>
/// <param name="Through">The offset of the key's last record that was acknowledged or known to be stored; -1 for none.</param>
/// <param name="Epoch">The assignment under which the pump delivers: what was read from storage before it may be too old.</param>
[GenerateSerializer, Immutable, Alias("sf.FeedDelivery")]
public readonly record struct FeedDelivery(
    [property: Id(0)] int Partition,
    [property: Id(1)] Guid LogId,
    [property: Id(2)] long Through,
    [property: Id(3)] long Epoch);

/// <summary>
/// Asks a source about one entity. The answer does not come back by this call: it is appended to the raw topic like all else
/// the source says, so the log stays the one way in.
/// </summary>
public interface IRepairPort
{
    /// <summary>
    /// Waits for a permit of the source's governor, asks, and returns when the answer stands in the raw topic, or failed.
    /// Never throws for a failing source.
    /// </summary>
    Task<RepairOutcome> Request(RepairRequest request, CancellationToken cancellation);
}

/// <summary>What is missing of an entity.</summary>
public enum RepairKind
{
    /// <summary>The whole book.</summary>
    DepthSnapshot = 0,

    /// <summary>Trades by id, from and to inclusive.</summary>
    Trades = 1,

    /// <summary>All that a register holds of a client.</summary>
    Register = 2,

    /// <summary>Postings of an account by number, from and to inclusive.</summary>
    Postings = 3,
}

/// <summary>A targeted request about one entity.</summary>
public sealed record RepairRequest
{
    /// <summary>Identity of the request; stands in the header <c>repair-id</c> of the answer.</summary>
    public required string Id { get; init; }

    /// <summary>The key of who asks: <c>venue:SYMBOL</c>, a client's number.</summary>
    public required string Entity { get; init; }

    /// <summary>Who is asked, and whose governor permits it; unless it is said, the part of <see cref="Entity"/> before the colon.</summary>
    public string Source
    {
        get => field ?? (Entity.IndexOf(':') is > 0 and var colon ? Entity[..colon] : Entity);
        init;
    }

    public required RepairKind Kind { get; init; }

    /// <summary>What of the entity: a register's word, an account's number; none where the kind says it all.</summary>
    public string? Part { get; init; }

    /// <summary>Trades, postings: the first missing number.</summary>
    public long? From { get; init; }

    /// <summary>Trades, postings: the last missing number.</summary>
    public long? To { get; init; }

    /// <summary>Somebody waits for it: served before background work.</summary>
    public bool Interactive { get; init; }

    public string? TraceParent { get; init; }
}

/// <summary>How a request ended.</summary>
/// <param name="Answered">The answer stands in the raw topic.</param>
/// <param name="Reason">Why not.</param>
/// <param name="RetryAfter">When to ask again at the earliest, where the source or governor said.</param>
/// <param name="Unknown">The request was sent and nobody knows what became of it: the source may still be at it.</param>
public readonly record struct RepairOutcome(
    bool Answered, string? Reason = null, TimeSpan? RetryAfter = null, bool Unknown = false);

/// <summary>Counters of what grains do, for status and metrics; calls are cheap and never fail.</summary>
public interface IIntegrityMeter
{
    void GapOpened(string entity, string stream);

    void GapClosed(string entity, string stream, TimeSpan open);

    /// <summary>How an active grain stands: since when a gap of its stream is open, or none. A grain that ends stands for nothing any more.</summary>
    void GapStands(string entity, string stream, DateTimeOffset? since);

    void RepairRequested(string entity, RepairKind kind);

    void RepairFailed(string entity, RepairKind kind);
}

/// <summary>Ids and chance, seeded in simulation.</summary>
public interface IIdSource
{
    /// <summary>A new id, unique over all processes.</summary>
    string NewId();

    /// <summary>A number in [0, 1), for jitter and sampling.</summary>
    double NextDouble();
}
