using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.Integrity.Gates;
using StreamForge.Grains.Market.Candles;

namespace StreamForge.Grains.Market;

/// <summary>
/// The rules of an instrument, without I/O: events in, state and effects out. Effects are what the grain carries out: repairs that
/// are due, gaps for the meter, updates for readers.
/// </summary>
public sealed partial class InstrumentCore : EntityCore
{
    private readonly InstrumentState _state;
    private readonly MarketOptions _options;
    private readonly IIdSource _ids;
    private readonly RollingWindow _statistics;
    private Gap? _depthGap;
    private Gap? _tradeGap;

    /// <param name="version">Where versions go on: above all that were ever shown.</param>
    public InstrumentCore(InstrumentState state, MarketOptions options, IIdSource ids, long version) : base(state)
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

    public override long ShownVersion => Updates.Version;

    public override IEnumerable<(string Stream, Gap? Gap)> Gaps() => [("depth", DepthGap), ("trades", TradeGap)];

    protected override void Begin(IngestBatch batch, DateTimeOffset proven) =>
        _state.Sequence.Proven = _state.TradeIds.Proven = proven;

    protected override void End(DateTimeOffset now)
    {
        if (_state.DepthSeenAt is { } seen)
            _state.Sequence.CheckDigest(seen, _options.DigestGrace, now);
        if (_tradeSeenAt is { } heard)
            _state.TradeIds.CheckSetBack(heard, _options.DigestGrace, now);
        NoteGaps(now);
    }

    protected override string? Take(
        IngestBatch batch, IngestRecord record, StreamEvent received, DateTimeOffset now, ref IngestTally tally)
    {
        var (depth, trades) = (_state.DepthGap, _state.TradeIds.Gap);
        var refusal = TakeEvent(batch, record, received, now, ref tally);
        // The trace of what revealed a gap.
        if (!ReferenceEquals(depth, _state.DepthGap))
            _depthTrace = record.TraceParent;
        if (!ReferenceEquals(trades, _state.TradeIds.Gap))
            _tradeTrace = record.TraceParent;
        return refusal;
    }

    private string? TakeEvent(
        IngestBatch batch, IngestRecord record, StreamEvent received, DateTimeOffset now, ref IngestTally tally)
    {
        if (MarketRules.Violation(received, _state.Instrument, _options) is { } violation)
        {
            if (received is MarketEvent refused && refused.Instrument == _state.Instrument)
                NoteRefused(refused, now);
            return violation;
        }
        // Before the gate of origins: a refusal must be the same when the call is repeated.
        if (TooFarAhead(received) is { } refusal)
            return refusal;
        if (!_state.Origins.Pass(batch.Topic, record.Origin))
        {
            tally.Duplicate++;
            return null;
        }

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

    /// <summary>
    /// What is refused was published all the same, and whoever vouches for its stream vouches for it too: without it nothing is complete,
    /// also where nothing comes after it.
    /// </summary>
    private void NoteRefused(MarketEvent refused, DateTimeOffset now)
    {
        switch (refused)
        {
            case Trade { TradeId: { } id }:
                _state.TradeIds.Refused(id, refused.ReceivedAt, now);
                break;
            case TradeRange { Trades: [.., { TradeId: { } last }] }:
                _state.TradeIds.Refused(last, refused.ReceivedAt, now);
                break;
            // One that does not follow the state shows by itself.
            case DepthDiff { Previous: { } previous, Last: { } last } when previous <= _state.BookSequence && last > _state.BookSequence:
                _state.Sequence.OfferDigest(last, refused.ReceivedAt);
                break;
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
}
