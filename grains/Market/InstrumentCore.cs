using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Gates;
using StreamForge.Grains.Market.Candles;

namespace StreamForge.Grains.Market;

/// <summary>A gap that opened (<paramref name="Open"/> is none) or closed.</summary>
/// <param name="Stream"><c>depth</c> or <c>trades</c>.</param>
/// <param name="Open">How long it was open.</param>
public readonly record struct GapChange(string Stream, TimeSpan? Open);

/// <summary>
/// The rules of an instrument, without I/O: events in, state and effects out. Effects are what the grain carries out: repairs that
/// are due, gaps for the meter, updates for readers.
/// </summary>
public sealed partial class InstrumentCore
{
    private readonly InstrumentState _state;
    private readonly MarketOptions _options;
    private readonly IIdSource _ids;
    private readonly RollingWindow _statistics;
    private readonly List<GapChange> _gapChanges = [];
    private Gap? _depthGap;
    private Gap? _tradeGap;
    // The record that is being taken in.
    private LogPosition _at;

    /// <param name="version">Where versions go on: above all that were ever shown.</param>
    public InstrumentCore(InstrumentState state, MarketOptions options, IIdSource ids, long version)
    {
        (_state, _options, _ids) = (state, options, ids);
        state.Version = version;
        state.Sequence.Limits = new HeldLimits(options.HeldEvents, options.HeldBytes);
        state.TradeIds.Limits = new IdRangeLimits(
            options.TradeHoles, options.TradeStartSlack, TimeSpan.FromDays(1), options.TradeJump);
        state.Tape.Resize(options.TapeLength);
        (state.Candles.Minutes, state.Candles.Slack) = (options.RunningMinutes, options.LeavingMinutes);
        _statistics = new RollingWindow(state.Candles);
        _depthRepair.Pacing = options.DepthRepair;
        _tradeRepair.Pacing = options.TradeRepair;
        Updates = new UpdateRing(ids.NewId(), options.UpdateBuffer, version);
        (_depthGap, _tradeGap) = (state.DepthGap, state.TradeIds.Gap);
        NoteNeeds();
    }

    public InstrumentState State => _state;

    public UpdateRing Updates { get; }

    /// <summary>Whether the sender's assignment is new to the state: memory must first be compared to what is stored.</summary>
    public bool IsNewEpoch(IngestBatch batch) => _state.Feeds.IsNewEpoch(batch);

    /// <summary>Applies a batch: see <see cref="IIngestGrain.Ingest"/>.</summary>
    /// <param name="proven">The feed's watermark before the batch, UTC: what was published up to it stands before the batch. None: nobody knows.</param>
    public IngestResult Ingest(IngestBatch batch, DateTimeOffset now, DateTimeOffset? proven = null)
    {
        _state.Sequence.Proven = _state.TradeIds.Proven = proven ?? DateTimeOffset.MinValue;
        var verdict = _state.Feeds.Judge(batch);
        var applied = _state.Feeds.OffsetOf(batch);
        if (verdict != DeliveryVerdict.Accept)
            return new IngestResult
            {
                Outcome = verdict == DeliveryVerdict.Behind ? IngestOutcome.Behind : IngestOutcome.Fenced,
                Applied = applied,
            };

        var tally = default(Tally);
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
                var (depth, trades) = (_state.DepthGap, _state.TradeIds.Gap);
                rejection = Take(batch, record, received, now, ref tally);
                if (!ReferenceEquals(depth, _state.DepthGap))
                    _depthTrace = record.TraceParent;
                if (!ReferenceEquals(trades, _state.TradeIds.Gap))
                    _tradeTrace = record.TraceParent;
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
            _state.Feeds.Move(batch, applied);
            _state.Changes++;
        }

        if (_state.DepthSeenAt is { } seen)
            _state.Sequence.CheckDigest(seen, _options.DigestGrace, now);
        if (_tradeSeenAt is { } heard)
            _state.TradeIds.CheckSetBack(heard, _options.DigestGrace, now);
        NoteGaps(now);
        return new IngestResult
        {
            Outcome = rejection is null ? IngestOutcome.Applied : IngestOutcome.Rejected,
            Applied = applied,
            RejectedOffset = rejectedOffset,
            Reason = rejection,
            Counts = tally.ToCounts(),
        };
    }

    /// <summary>Gaps that opened or closed since the last call.</summary>
    public IReadOnlyList<GapChange> TakeGapChanges()
    {
        if (_gapChanges.Count == 0)
            return [];
        var taken = _gapChanges.ToArray();
        _gapChanges.Clear();
        return taken;
    }

    private struct Tally
    {
        public int Applied;
        public int Duplicate;
        public int Filtered;
        public int Superseded;

        public readonly IngestCounts ToCounts() => new(Applied, Duplicate, Filtered, Superseded);

        public void Count(GateVerdict verdict)
        {
            switch (verdict)
            {
                // What is held counts once, now: when its turn comes it is not counted again.
                case GateVerdict.Apply or GateVerdict.Held:
                    Applied++;
                    break;
                case GateVerdict.Duplicate:
                    Duplicate++;
                    break;
                default:
                    Superseded++;
                    break;
            }
        }
    }

    /// <summary>Takes one event in.</summary>
    /// <returns>Why it breaks a rule; none where it does not.</returns>
    private string? Take(IngestBatch batch, IngestRecord record, StreamEvent received, DateTimeOffset now, ref Tally tally)
    {
        if (MarketRules.Violation(received, _state.Instrument, _options) is { } violation)
            return violation;
        // Before the gate of origins: a refusal must be the same when the call is repeated.
        if (TooFarAhead(received) is { } refusal)
            return refusal;
        if (!_state.Origins.Pass(batch.Topic, record.Origin))
        {
            tally.Duplicate++;
            return null;
        }

        _at = new LogPosition(batch.LogId, batch.Partition, record.Offset);
        switch (received)
        {
            case DepthDiff diff:
                return TakeDiff(diff, RecordMark.Of(batch, record), now, ref tally);
            case Trade trade:
                TakeTrade(trade, batch, record, now, ref tally);
                return null;
            case DepthDigest digest:
                TakeDigest(digest, now, ref tally);
                return null;
            case DepthSnapshot snapshot:
                TakeSnapshot(snapshot, RecordMark.Of(batch, record), now, ref tally);
                return null;
            case TradeRange range:
                TakeRange(range, batch, record, now, ref tally);
                return null;
            default:
                return $"An instrument does not take {received.GetType().Name}.";
        }
    }

    private void Changed(StreamUpdateKind kind, Trade? trade, DateTimeOffset? eventTime) =>
        Updates.Add(++_state.Version, new StreamChange(
            kind,
            _state.BookSequence,
            _state.Book.Bids.Best,
            _state.Book.Asks.Best,
            trade,
            _status,
            eventTime));

    private void NoteGaps(DateTimeOffset now)
    {
        NoteGap("depth", ref _depthGap, DepthGap, now);
        NoteGap("trades", ref _tradeGap, TradeGap, now);
        NoteNeeds();
    }

    private void NoteGap(string stream, ref Gap? known, Gap? current, DateTimeOffset now)
    {
        if (ReferenceEquals(known, current))
            return;
        if (known is not null)
            _gapChanges.Add(new GapChange(stream, now > known.OpenedAt ? now - known.OpenedAt : TimeSpan.Zero));
        if (current is not null)
            _gapChanges.Add(new GapChange(stream, null));
        known = current;
        _state.Changes++;
    }
}
