using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity.Gates;

namespace StreamForge.Grains.Integrity;

/// <summary>What an entity itself knows of one of its streams.</summary>
public readonly record struct StreamStanding
{
    /// <summary>Nothing is known yet: there is no content to be right or wrong.</summary>
    public bool Cold { get; init; }

    public Gap? Gap { get; init; }

    /// <summary>The source has been asked for what is missing, and may still answer.</summary>
    public bool Repairing { get; init; }

    /// <summary>
    /// Nothing after this can be vouched for, whatever the feed's watermark says, UTC; none for no such limit, the least time for
    /// nothing at all.
    /// </summary>
    public DateTimeOffset? VouchedThrough { get; init; }

    public long Sequence { get; init; }

    public DateTimeOffset? EventTime { get; init; }

    public DateTimeOffset? ReceivedAt { get; init; }

    public DateTimeOffset? AppliedAt { get; init; }

    public DateTimeOffset? VerifiedAt { get; init; }
}

/// <summary>Says how fresh a stream of an entity is: the worst of the entity, the partition that feeds it and the source.</summary>
public static class FreshnessRule
{
    /// <param name="bound">A watermark older than this vouches for nothing recent.</param>
    public static Freshness Of(in StreamStanding stream, in FeedStanding feed, DateTimeOffset now, TimeSpan bound)
    {
        var (status, reason) = Judge(stream, feed, now, bound);
        return new Freshness
        {
            Status = status,
            Watermark = WatermarkOf(stream, feed),
            Sequence = stream.Sequence,
            EventTime = stream.EventTime,
            ReceivedAt = stream.ReceivedAt,
            AppliedAt = stream.AppliedAt,
            VerifiedAt = stream.VerifiedAt,
            Reason = reason,
        };
    }

    /// <summary>Of two streams of one entity the worse, for an answer that is made of both.</summary>
    /// <param name="main">Its sequence and verification are the answer's.</param>
    public static Freshness Worst(Freshness main, Freshness other)
    {
        var worse = other.Status > main.Status ? other : main;
        return main with
        {
            Status = worse.Status,
            Reason = worse.Reason,
            // Nobody vouches for the whole where nobody vouches for a part.
            Watermark = main.Watermark < other.Watermark || main.Watermark is null ? main.Watermark : other.Watermark,
            EventTime = Later(main.EventTime, other.EventTime),
            ReceivedAt = Later(main.ReceivedAt, other.ReceivedAt),
            AppliedAt = Later(main.AppliedAt, other.AppliedAt),
        };
    }

    /// <summary>The watermark alone: frozen at the last moment known to be complete while something is missing.</summary>
    public static DateTimeOffset? WatermarkOf(in StreamStanding stream, in FeedStanding feed)
    {
        if (stream.Cold || feed.Watermark is not { } through)
            return null;
        if (stream.Gap is { } gap)
            return gap.CompleteThrough < through ? gap.CompleteThrough : gap.CompleteThrough is null ? null : through;
        if (stream.VouchedThrough is not { } limit || limit >= through)
            return through;
        return limit == DateTimeOffset.MinValue ? null : limit;
    }

    /// <summary>The status and a sentence for a person where it is not live.</summary>
    public static (FreshnessStatus Status, string? Reason) Judge(
        in StreamStanding stream, in FeedStanding feed, DateTimeOffset now, TimeSpan bound)
    {
        // From the worst down: the first that holds is the answer.
        if (stream.Cold)
            return (FreshnessStatus.Cold, stream.Gap?.Reason ?? "nothing has been received yet");
        if (feed.Parked)
            return (FreshnessStatus.Parked, feed.Reason ?? "its records wait for an operator");
        if (stream.Gap is { } gap)
            return (stream.Repairing ? FreshnessStatus.Repairing : FreshnessStatus.Gap, gap.Reason);
        if (!feed.SourceUp)
            return (FreshnessStatus.SourceDown, feed.Reason ?? "the link to the source is down");
        if (feed.Stalled)
            return (FreshnessStatus.Stalled, feed.Reason ?? "records wait to be applied or made durable");
        if (WatermarkOf(stream, feed) is not { } watermark)
            return (FreshnessStatus.Stale, feed.Reason ?? "nobody has vouched for it yet");
        return now - watermark > bound
            ? (FreshnessStatus.Stale, "its watermark is old")
            : (FreshnessStatus.Live, null);
    }

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;
}
