using StreamForge.Grains.Integrity.Governor;
using StreamForge.Grains.Market;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Laws;

/// <summary>
/// No law, but a look at what the product came to: the branches of gates and governor by what is stored of them, those of the ledger by
/// looking at it. A batch that never came to one of them has not tested it.
/// </summary>
internal sealed class BranchWatch : Law
{
    private static readonly TimeSpan Lease = PlatformWorld.PermitLease;
    private readonly Dictionary<string, GovernorState> _governors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _grantedAt = new(StringComparer.Ordinal);

    public override string Name => "branches";

    public override void Stored(RowWrite write)
    {
        if (write.State is { } instrument)
            Look(instrument);
        else if (write.Key.Kind == "source-governor")
            LookAtGovernor(write);
    }

    public override void Looked()
    {
        foreach (var node in World.Heard)
        {
            foreach (var pump in node.Board.Pumps)
                Look(pump);
            var totals = node.Pipeline.Fed;
            Reached("gate/applied", totals.Applied > 0);
            Reached("gate/duplicate", totals.Duplicate > 0);
            Reached("gate/superseded", totals.Superseded > 0);
            Reached("gate/refused by a rule", totals.DeadLettered > 0);
            Reached("parser/filtered", node.Pipeline.Derived.Filtered > 0);
            Reached("parser/dead letter", node.Pipeline.Derived.DeadLettered > 0);
        }
    }

    private void Look(InstrumentState state)
    {
        var (gate, ids) = (state.Sequence, state.TradeIds);
        Reached("gate/held before the first snapshot", !gate.Started && gate.HeldCount > 0);
        Reached("gate/held", gate.Started && gate.HeldCount > 0);
        Reached("gate/overflow", gate.Reach > gate.Sequence);
        Reached("gate/digest ahead", gate.VouchedThrough is not null && gate.SetBack.VouchedThrough is null);
        Reached("gate/digest overdue", gate is { Started: true, Gap: not null, HeldCount: 0 } && gate.Reach <= gate.Sequence && !gate.SetBack.Certain);
        Reached("gate/source doubted", gate.SetBack.VouchedThrough is not null);
        Reached("gate/source below for certain", gate.SetBack.Certain);
        Reached("gate/based on a repair", state.DepthFacts.RepairId is not null);
        Reached("gate/trades missing", ids.Holes > 0);
        Reached("gate/trades given up", ids.Lost.Count > 0);
        Reached("gate/trades repaired", state.TradeFacts.RepairId is not null);
        Reached("gate/trades doubted", ids.SetBack.VouchedThrough is not null);
    }

    private void Look(GrainPump pump)
    {
        var waiting = pump.Ledger.PendingBytes;
        Reached("ledger/window full", waiting >= PlatformWorld.WindowBytes);
        Reached("ledger/loss open", pump.Loss is not null);
        Reached("ledger/partition stalled", pump.StallReason is not null);
        foreach (var lane in pump.Ledger.Lanes)
        {
            Reached("ledger/waits", lane.PendingCount > 0);
            Reached("ledger/applied and not durable", lane.HasUndurable);
            Reached("ledger/left in the log", lane.LeftFrom is not null && !lane.Parked);
            Reached("ledger/parked", lane.Parked);
            Reached("ledger/key stalled", lane.StallReason is not null);
            Reached("ledger/goes on from what is stored", lane.Stored >= 0 && lane.Delivered == lane.Stored && !lane.HasUndurable);
        }
    }

    private void LookAtGovernor(RowWrite write)
    {
        var now = new GovernorState();
        now.Read(write.Write.Payload.Span, write.Write.SchemaVersion);
        Reached("governor/at its cap", now.Permits.Count == PlatformWorld.SourceConcurrency);
        Reached("governor/somebody waits", now.Tickets.Count > 0);
        Reached("governor/out of tokens", now.Tokens < 1);
        Reached("governor/interactive waits", now.Tickets.Exists(t => t.Interactive));
        Reached("governor/background waits", now.Tickets.Exists(t => !t.Interactive));
        if (_governors.TryGetValue(write.Key.Id, out var before))
        {
            var gone = before.Permits.Where(p => !now.Permits.Exists(q => q.TicketId == p.TicketId)).ToList();
            Reached("governor/permit given back", gone.Exists(p => AgeOf(p) < Lease));
            Reached("governor/permit expired", gone.Exists(p => AgeOf(p) >= Lease));
            Reached("governor/ticket forgotten", before.Tickets.Exists(t => !now.Tickets.Exists(u => u.Id == t.Id) && !now.Permits.Exists(p => p.TicketId == t.Id)));
            Reached("governor/oldest first", now.Granted / GovernorCore.AgeingEvery > before.Granted / GovernorCore.AgeingEvery && before.Tickets.Count > 1);
        }

        foreach (var permit in now.Permits)
            _grantedAt.TryAdd(permit.TicketId, World.Simulated.Elapsed);
        // Of a write that follows a take-over: stored before it, and still counted.
        Reached("governor/permit of before a take-over", now.Permits.Exists(p => AgeOf(p) > Lease));
        _governors[write.Key.Id] = now;
    }

    private TimeSpan AgeOf(Permit permit) => World.Simulated.Elapsed - _grantedAt[permit.TicketId];

    private void Reached(string branch, bool now)
    {
        if (now)
            World.Reach.Count("branch/" + branch);
    }
}
