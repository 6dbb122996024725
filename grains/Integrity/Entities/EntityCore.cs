using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity.Gates;

namespace StreamForge.Grains.Integrity.Entities;

/// <summary>A gap that opened (<paramref name="Open"/> is none) or closed.</summary>
/// <param name="Stream">Which of the entity's streams.</param>
/// <param name="Open">How long it was open.</param>
public readonly record struct GapChange(string Stream, TimeSpan? Open);

/// <summary>How the feed of a topic stands, as far as it is true of the entity's memory.</summary>
public delegate FeedStanding FeedOf(string topic);

/// <summary>
/// The rules of an entity that is fed from the log, without I/O: events in, state and effects out. Effects are what its grain
/// (<see cref="EntityGrain{TState, TCore}"/>) carries out: repairs that are due, gaps for the meter.
/// </summary>
public abstract class EntityCore(EntityState state)
{
    private readonly List<GapChange> _gapChanges = [];

    /// <summary>Whether something is missing, or announced and not there yet: somebody must call <see cref="Tick(FeedOf, DateTimeOffset)"/>.</summary>
    public abstract bool NeedsTicks { get; }

    /// <summary>Changes with everything that readers who wait want to hear of.</summary>
    public abstract long ShownVersion { get; }

    /// <summary>The record that is being taken in.</summary>
    protected LogPosition At { get; private set; }

    /// <summary>Whether the sender's assignment is new to the state: memory must first be compared to what is stored.</summary>
    public bool IsNewEpoch(IngestBatch batch) => state.Feeds.IsNewEpoch(batch);

    /// <summary>Applies a batch: see <see cref="IIngestGrain.Ingest"/>.</summary>
    /// <param name="proven">The feed's watermark before the batch, UTC: what was published up to it stands before the batch. None: nobody knows.</param>
    public IngestResult Ingest(IngestBatch batch, DateTimeOffset now, DateTimeOffset? proven = null)
    {
        Begin(batch, proven ?? DateTimeOffset.MinValue);
        var verdict = state.Feeds.Judge(batch);
        var applied = state.Feeds.OffsetOf(batch);
        if (verdict != DeliveryVerdict.Accept)
            return new IngestResult
            {
                Outcome = verdict == DeliveryVerdict.Behind ? IngestOutcome.Behind : IngestOutcome.Fenced,
                Applied = applied,
            };

        var tally = default(IngestTally);
        string? rejection = null;
        long? rejectedOffset = null;
        var before = applied;
        foreach (var record in batch.Records)
        {
            if (record.Offset <= applied)
            {
                if (record.Event is not null)
                    tally.Duplicate++;
                continue;
            }

            if (record.Event is { } received)
            {
                At = new LogPosition(batch.LogId, batch.Partition, record.Offset);
                rejection = Take(batch, record, received, now, ref tally);
                if (rejection is not null)
                {
                    rejectedOffset = record.Offset;
                    break;
                }
            }

            applied = record.Offset;
        }

        if (applied != before)
        {
            state.Feeds.Move(batch, applied);
            state.Changes++;
        }

        End(now);
        return new IngestResult
        {
            Outcome = rejection is null ? IngestOutcome.Applied : IngestOutcome.Rejected,
            Applied = applied,
            RejectedOffset = rejectedOffset,
            Reason = rejection,
            Counts = tally.ToCounts(),
        };
    }

    /// <summary>Whether a loss of records leaves nothing unproven here.</summary>
    public abstract bool IsPast(string topic, FeedLoss loss);

    /// <summary>Lets time pass.</summary>
    public abstract void Tick(FeedOf feedOf, DateTimeOffset now);

    /// <summary>Judges freshness anew: to be called before every answer and after every batch.</summary>
    public abstract void Observe(FeedOf feedOf, DateTimeOffset now);

    /// <summary>The next request that is due; none when there is no more for now. It counts as in flight.</summary>
    public abstract RepairRequest? NextRepair(DateTimeOffset now);

    /// <summary>How long a request may take.</summary>
    public abstract TimeSpan RepairDeadline(RepairRequest request);

    /// <summary>A request ended.</summary>
    public abstract void RepairEnded(RepairRequest request, RepairOutcome outcome, DateTimeOffset now);

    /// <summary>The entity's streams, each with what is missing of it now; none where nothing is.</summary>
    public abstract IEnumerable<(string Stream, Gap? Gap)> Gaps();

    /// <summary>Gaps that opened or closed since the last call.</summary>
    public IReadOnlyList<GapChange> TakeGapChanges()
    {
        if (_gapChanges.Count == 0)
            return [];
        var taken = _gapChanges.ToArray();
        _gapChanges.Clear();
        return taken;
    }

    /// <summary>A batch is about to be judged.</summary>
    /// <param name="proven">What was published up to it stands before the batch, UTC; the least time where nobody knows.</param>
    protected abstract void Begin(IngestBatch batch, DateTimeOffset proven);

    /// <summary>Takes one event in, at <see cref="At"/>.</summary>
    /// <returns>Why it breaks a rule; none where it does not.</returns>
    protected abstract string? Take(
        IngestBatch batch, IngestRecord record, StreamEvent received, DateTimeOffset now, ref IngestTally tally);

    /// <summary>All records of a batch were taken, or moved over.</summary>
    protected abstract void End(DateTimeOffset now);

    /// <summary>Takes note where what is missing of a stream is not what was known.</summary>
    protected void NoteGap(string stream, ref Gap? known, Gap? current, DateTimeOffset now)
    {
        if (ReferenceEquals(known, current))
            return;
        if (known is not null)
            _gapChanges.Add(new GapChange(stream, now > known.OpenedAt ? now - known.OpenedAt : TimeSpan.Zero));
        if (current is not null)
            _gapChanges.Add(new GapChange(stream, null));
        known = current;
        state.Changes++;
    }
}
