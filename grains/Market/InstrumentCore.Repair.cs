using StreamForge.Grains.Integrity;

namespace StreamForge.Grains.Market;

/// <content>What must be asked of the source.</content>
public sealed partial class InstrumentCore
{
    private readonly RepairPlanner _depthRepair = new();
    private readonly RepairPlanner _tradeRepair = new();

    /// <summary>Whether something is missing, or announced and not there yet: somebody must call <see cref="Tick"/>.</summary>
    public bool NeedsTicks => _depthRepair.Active || _tradeRepair.Active || _state.Sequence.VouchedThrough is not null;

    /// <summary>Lets time pass.</summary>
    /// <param name="depthWatermark">All that the source published of the depth up to this time has been applied or is lost, UTC.</param>
    public void Tick(DateTimeOffset? depthWatermark, DateTimeOffset now)
    {
        if (depthWatermark is { } evidence)
            _state.Sequence.CheckDigest(evidence, _options.DigestGrace, now);
        NoteGaps(now);
    }

    /// <summary>The next request that is due; none when there is no more for now. It counts as in flight.</summary>
    public RepairRequest? NextRepair(DateTimeOffset now)
    {
        var due = _depthRepair.Due(now, _ids.NewId) ?? _tradeRepair.Due(now, _ids.NewId);
        return due is not { } request ? null : new RepairRequest
        {
            Id = request.Id,
            Entity = _state.Instrument,
            Kind = request.Need.Kind,
            From = request.Need.From,
            To = request.Need.To,
            Interactive = true,
        };
    }

    /// <summary>How long a request may take.</summary>
    public TimeSpan RepairDeadline(RepairKind kind) => PlannerOf(kind).Pacing.Deadline;

    /// <summary>A request ended.</summary>
    public void RepairEnded(RepairRequest request, RepairOutcome outcome, DateTimeOffset now) =>
        PlannerOf(request.Kind).Ended(request.Id, outcome, now, _ids.NextDouble());

    private RepairPlanner PlannerOf(RepairKind kind) => kind == RepairKind.Trades ? _tradeRepair : _depthRepair;

    private void NoteNeeds()
    {
        _depthRepair.Need(_state.DepthGap is { } gap
            ? new RepairNeed(RepairKind.DepthSnapshot, null, null, gap.OpenedAt)
            : null);
        if (_state.TradeIds is { Gap: { } open, Holes: > 0 } ids)
        {
            var hole = ids.FirstHole;
            var to = Math.Min(hole.To, hole.From + _options.TradesPerRepair - 1);
            _tradeRepair.Need(new RepairNeed(RepairKind.Trades, hole.From, to, open.OpenedAt));
        }
        else
        {
            _tradeRepair.Need(null);
        }
    }
}
