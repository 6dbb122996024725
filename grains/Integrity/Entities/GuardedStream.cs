using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity.Gates;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Entities;

/// <summary>
/// What an entity keeps of one of its streams, whatever guards it: where its content is from, whether records of it were lost, what is
/// asked of the source, and how fresh it is.
/// </summary>
/// <param name="name">The stream's name, for metrics and people.</param>
/// <param name="topic">The topic that feeds it.</param>
public abstract class GuardedStream(string name, string topic)
{
    private FeedLoss? _loss;
    private Gap? _lossGap;

    public string Name { get; } = name;

    public string Topic { get; } = topic;

    public StreamFacts Facts { get; } = new();

    /// <summary>The record that proved last that nothing is missing before it.</summary>
    public LogPosition? Proof { get; set; }

    /// <summary>The newest receipt of anything, UTC: what a grace is measured by.</summary>
    public DateTimeOffset? SeenAt { get; private set; }

    public RepairPlanner Repair { get; } = new();

    /// <summary>The trace of what revealed the gap: it goes on in the question that it leads to, and in the answer.</summary>
    public string? Trace { get; set; }

    /// <summary>
    /// The question asked since the source was found to have gone back: only its answer tells whether it was reset. After an activation
    /// there is none: then it is asked again.
    /// </summary>
    public string? ResetAsk { get; set; }

    /// <summary>As of the last <see cref="Observe"/>.</summary>
    public Freshness Freshness { get; private set; } = Freshness.Unknown;

    /// <summary>The gap that the meter was told of.</summary>
    public Gap? Told { get; set; }

    /// <summary>What is missing now; none where nothing is.</summary>
    public Gap? Gap => GateGap ?? (_loss is { } loss && Misses(loss) ? _lossGap : null);

    /// <summary>Whether anything is known of it.</summary>
    public abstract bool Started { get; }

    /// <summary>The business sequence that the content is at.</summary>
    public abstract long Sequence { get; }

    /// <summary>A limit on what can be vouched for, UTC; none while there is no such limit.</summary>
    public abstract DateTimeOffset? VouchedThrough { get; }

    /// <summary>What its gate misses.</summary>
    public abstract Gap? GateGap { get; }

    /// <summary>Records of the feed that were lost, as far as nothing has proven yet that none was of this stream.</summary>
    protected FeedLoss? OpenLoss => _loss is { } loss && Misses(loss) ? loss : null;

    /// <summary>What to ask the source for, where something is missing; none where asking helps nothing.</summary>
    protected abstract RepairNeed? NeedOf(Gap gap);

    /// <summary>Lets what was announced, or is below what was known, become overdue.</summary>
    /// <param name="evidence">All that was published up to this time has been delivered or is lost, UTC.</param>
    public abstract void Check(DateTimeOffset evidence, TimeSpan grace, DateTimeOffset now);

    /// <summary>All that the source published up to here was offered before what is offered next, UTC.</summary>
    public abstract void Prove(DateTimeOffset proven);

    /// <summary>Whether a loss of records leaves something unproven; of a stream that has not begun nothing is claimed.</summary>
    public bool Misses(FeedLoss loss) => Started && !loss.IsBefore(Proof);

    /// <summary>The source's word on the whole proves what it says only where it was asked after the loss.</summary>
    public bool IsSinceLoss(DateTimeOffset receivedAt) => _loss is { } lost && receivedAt >= lost.At;

    /// <summary>Something was received of it: time passes by that.</summary>
    public void Seen(DateTimeOffset receivedAt)
    {
        if (SeenAt is null || receivedAt > SeenAt)
            SeenAt = receivedAt;
    }

    /// <summary>Says what must be asked for.</summary>
    public void NoteNeed() => Repair.Need(Gap is { } gap ? NeedOf(gap) : null);

    /// <summary>Judges freshness anew.</summary>
    /// <param name="bound">A watermark older than this vouches for nothing recent.</param>
    /// <returns>Whether anything of it has changed.</returns>
    public bool Observe(in FeedStanding feed, DateTimeOffset now, TimeSpan bound)
    {
        if (feed.Loss != _loss)
        {
            _loss = feed.Loss;
            _lossGap = feed.Loss is { } loss
                ? new Gap(loss.At, Facts.ReceivedAt, $"records {loss.From} to {loss.To - 1} of its partition were lost to retention")
                : null;
        }

        var stream = Standing();
        var known = Freshness;
        var (status, reason) = FreshnessRule.Judge(stream, feed, now, bound);
        if (known.Status == status && known.Reason == reason
            && known.Watermark == FreshnessRule.WatermarkOf(stream, feed)
            && known.Sequence == stream.Sequence && known.EventTime == stream.EventTime
            && known.ReceivedAt == stream.ReceivedAt && known.AppliedAt == stream.AppliedAt
            && known.VerifiedAt == stream.VerifiedAt)
            return false;
        Freshness = FreshnessRule.Of(stream, feed, now, bound);
        return true;
    }

    protected void WriteGuard(StateWriter writer)
    {
        Facts.Write(writer);
        Facts.WriteLater(writer);
        writer.Optional(SeenAt);
        writer.Bool(Proof.HasValue);
        if (Proof is not { } proof)
            return;
        writer.Guid(proof.LogId);
        writer.Count(proof.Partition);
        writer.Signed(proof.Offset);
    }

    protected void ReadGuard(ref StateReader reader)
    {
        Facts.Read(ref reader);
        Facts.ReadLater(ref reader);
        SeenAt = reader.OptionalTime();
        Proof = reader.Bool() ? new LogPosition(reader.Guid(), reader.Number(), reader.Signed()) : null;
    }

    private StreamStanding Standing() => new()
    {
        Cold = !Started,
        Gap = Gap,
        Repairing = Repair.Repairing,
        VouchedThrough = VouchedThrough,
        Sequence = Sequence,
        EventTime = Facts.EventTime,
        ReceivedAt = Facts.ReceivedAt,
        AppliedAt = Facts.AppliedAt,
        VerifiedAt = Facts.VerifiedAt,
    };
}
