namespace StreamForge.Contracts.Integrity;

/// <summary>
/// How far an answer can be trusted, from best to worst: of an entity, the partitions that feed it and its source,
/// the worst is said.
/// </summary>
public enum FreshnessStatus
{
    /// <summary>All that the source published up to the watermark is applied, and the watermark is recent.</summary>
    Live = 0,

    /// <summary>Right as of the watermark, but the watermark is old: nobody vouches for the time since.</summary>
    Stale = 1,

    /// <summary>Records wait that cannot be applied or made durable for now (storage, time-outs); retried.</summary>
    Stalled = 2,

    /// <summary>The connector says that the link to the source is down.</summary>
    SourceDown = 3,

    /// <summary>Something is missing, and the source has been asked for it.</summary>
    Repairing = 4,

    /// <summary>Something is missing.</summary>
    Gap = 5,

    /// <summary>This key is parked: its records wait for an operator.</summary>
    Parked = 6,

    /// <summary>Nothing is known yet.</summary>
    Cold = 7,
}

/// <summary>What an answer says of itself.</summary>
[GenerateSerializer, Immutable, Alias("sf.Freshness")]
public sealed record Freshness
{
    public static readonly Freshness Unknown = new() { Status = FreshnessStatus.Cold };

    [Id(0)] public required FreshnessStatus Status { get; init; }

    /// <summary>All that the source published up to here is in the answer, by the connector's clock, UTC.</summary>
    [Id(1)] public DateTimeOffset? Watermark { get; init; }

    /// <summary>The business sequence that the answer reflects; 0 where nothing is known.</summary>
    [Id(2)] public long Sequence { get; init; }

    /// <summary>The source's own time of the newest event applied, UTC.</summary>
    [Id(3)] public DateTimeOffset? EventTime { get; init; }

    /// <summary>When the connector received the newest event applied, UTC.</summary>
    [Id(4)] public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>When the newest event was applied, by the grain's clock, UTC.</summary>
    [Id(5)] public DateTimeOffset? AppliedAt { get; init; }

    /// <summary>The last agreement with the source itself: a snapshot or checksum that matched, UTC.</summary>
    [Id(6)] public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>One sentence for a person where the status is not live.</summary>
    [Id(7)] public string? Reason { get; init; }

    /// <summary>
    /// How old the answer may be: the time since the newest moment that something vouches for it (watermark or receipt).
    /// Never negative; null where nothing vouches.
    /// </summary>
    public TimeSpan? AgeAt(DateTimeOffset now)
    {
        var vouched = Status is FreshnessStatus.Live or FreshnessStatus.Stale && ReceivedAt > Watermark
            ? ReceivedAt
            : Watermark ?? ReceivedAt;
        return vouched is { } at ? TimeSpan.FromTicks(Math.Max(0, (now - at).Ticks)) : null;
    }
}

/// <summary>Which record an answer's newest content came from: enough to find it in the log and in a trace.</summary>
[GenerateSerializer, Immutable, Alias("sf.Provenance")]
public sealed record Provenance
{
    [Id(0)] public required string Topic { get; init; }

    [Id(1)] public required int Partition { get; init; }

    [Id(2)] public required long Offset { get; init; }

    [Id(3)] public string? EventId { get; init; }

    /// <summary>The raw record that it was derived from, in header form.</summary>
    [Id(4)] public string? Origin { get; init; }

    [Id(5)] public string? TraceParent { get; init; }

    /// <summary>The repair that set the present base of the content, if one did.</summary>
    [Id(6)] public string? RepairId { get; init; }

    /// <summary>Which log the topic was: one that is made anew counts its offsets from the start. None of content from before this was kept.</summary>
    [Id(7)] public Guid? LogId { get; init; }
}
