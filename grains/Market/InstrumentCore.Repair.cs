using System.Globalization;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.Integrity.Gates;

namespace StreamForge.Grains.Market;

/// <content>What must be asked of the source.</content>
public sealed partial class InstrumentCore
{
    private readonly RepairPlanner _depthRepair = new();
    private readonly RepairPlanner _tradeRepair = new();

    // The trace of what revealed the gap goes on in the question that it leads to, and in the answer.
    private string? _depthTrace;
    private string? _tradeTrace;

    // The questions asked since the source was found to have gone back: only their answers tell whether it was reset. After an
    // activation there are none: then it is asked again.
    private string? _depthResetAsk;
    private string? _tradeResetAsk;

    /// <summary>Whether something is missing, or announced and not there yet: somebody must call <see cref="Tick(FeedOf, DateTimeOffset)"/>.</summary>
    public override bool NeedsTicks => _depthRepair.Active || _tradeRepair.Active || _state.Sequence.VouchedThrough is not null
        || _state.TradeIds.SetBack.VouchedThrough is not null;

    /// <inheritdoc/>
    public override void Tick(FeedOf feedOf, DateTimeOffset now) =>
        Tick(feedOf(Topics.MarketDepth).Watermark, feedOf(Topics.MarketTrades).Watermark, now);

    /// <summary>Lets time pass.</summary>
    /// <param name="depthWatermark">All that the source published of the depth up to this time has been applied or is lost, UTC.</param>
    /// <param name="tradeWatermark">The same of the trades.</param>
    public void Tick(DateTimeOffset? depthWatermark, DateTimeOffset? tradeWatermark, DateTimeOffset now)
    {
        if (depthWatermark is { } evidence)
            _state.Sequence.CheckDigest(evidence, _options.DigestGrace, now);
        if (tradeWatermark is { } heard)
            _state.TradeIds.CheckSetBack(heard, _options.DigestGrace, now);
        NoteGaps(now);
    }

    /// <summary>The next request that is due; none when there is no more for now. It counts as in flight.</summary>
    public override RepairRequest? NextRepair(DateTimeOffset now)
    {
        var due = _depthRepair.Due(now, _ids.NewId) ?? _tradeRepair.Due(now, _ids.NewId);
        if (due is not { } request)
            return null;
        var trades = request.Need.Kind == RepairKind.Trades;
        if (trades && _state.TradeIds.SetBack.Certain)
            _tradeResetAsk = request.Id;
        if (!trades && _state.Sequence.SetBack.Certain)
            _depthResetAsk = request.Id;
        return new RepairRequest
        {
            Id = request.Id,
            Entity = _state.Instrument,
            Kind = request.Need.Kind,
            From = request.Need.From,
            To = request.Need.To,
            // A loss of records concerns all keys of a partition at once, most of them in vain: they wait in line.
            Interactive = (trades ? _state.TradeIds.Gap : _state.DepthGap) is not null,
            TraceParent = (trades ? _tradeTrace : _depthTrace) ?? NewTrace(),
        };
    }

    /// <summary>How long a request may take.</summary>
    public override TimeSpan RepairDeadline(RepairRequest request) => PlannerOf(request.Kind).Pacing.Deadline;

    /// <summary>A request ended.</summary>
    public override void RepairEnded(RepairRequest request, RepairOutcome outcome, DateTimeOffset now) =>
        PlannerOf(request.Kind).Ended(request.Id, outcome, now, _ids.NextDouble());

    private RepairPlanner PlannerOf(RepairKind kind) => kind == RepairKind.Trades ? _tradeRepair : _depthRepair;

    private void NoteNeeds()
    {
        _depthRepair.Need(DepthGap is { } gap
            ? new RepairNeed(RepairKind.DepthSnapshot, null, null, gap.OpenedAt)
            : null);
        _tradeRepair.Need(TradeGap is { } open && MissingTrades() is var (from, to)
            ? new RepairNeed(RepairKind.Trades, from, Math.Min(to, from + _options.TradesPerRepair - 1), open.OpenedAt)
            : null);
    }

    /// <summary>The ids to ask for; none where asking helps nothing.</summary>
    private IdRange? MissingTrades()
    {
        var ids = _state.TradeIds;
        if (ids.SetBack.Certain)
            return new IdRange(ids.SetBack.Floor, ids.SetBack.Floor);
        if (ids.Holes > 0)
            return ids.FirstHole;
        // Nothing is known to be missing, but something may: all that the source has made since, and the newest that is known, so that
        // it shows whether what answers has come that far.
        return ids.Started && ids.Gap is null && _tradeLoss is { } loss && MissesTrades(loss)
            ? new IdRange(ids.Highest, long.MaxValue)
            : null;
    }

    /// <summary>A trace of its own, in the form of W3C trace context.</summary>
    private string NewTrace() => string.Create(
        CultureInfo.InvariantCulture, $"00-{Chance():x8}{Chance():x8}{Chance():x8}{Chance():x8}-{Chance():x8}{Chance():x8}-01");

    // Never zero: a trace of zeros alone is none.
    private uint Chance() => (uint)(_ids.NextDouble() * uint.MaxValue) | 1;

}
