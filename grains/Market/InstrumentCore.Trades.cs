using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.Integrity.Gates;

namespace StreamForge.Grains.Market;

/// <content>Trades: a fact stream.</content>
public sealed partial class InstrumentCore
{
    private DateTimeOffset? _tradeSeenAt;

    /// <summary>An id that no venue would reach by itself must not open a hole that nobody can ever fill.</summary>
    private string? TooFarAhead(StreamEvent received)
    {
        var (id, time) = received switch
        {
            Trade { TradeId: { } single } trade => (single, trade.Time),
            TradeRange { Trades: [.., var last] } => (last.TradeId ?? 0, last.Time),
            _ => default,
        };
        var highest = _state.TradeIds.Highest;
        return id != 0 && _state.TradeIds.IsTooFarAhead(id, time)
            ? $"Trade {id} is more than {_options.TradeJump} ahead of {highest}: it is believed when another one near it follows."
            : null;
    }

    private void TakeTrade(Trade trade, IngestBatch batch, IngestRecord record, DateTimeOffset now, ref IngestTally tally)
    {
        if (trade.TradeId is { } id)
        {
            var ids = _state.TradeIds;
            if (id < ids.Highest && ids.SetBack.VouchedThrough is not null)
            {
                // It may be of a stream that began anew: not taken for the old one's. What really is missing is asked for.
                Heard(id, trade.ReceivedAt);
                tally.Count(GateVerdict.Superseded);
                return;
            }

            var verdict = _state.TradeIds.Offer(id, trade.Time, trade.ReceivedAt, now);
            // What fills a hole comes late, and says nothing of where the source is.
            if (verdict != GateVerdict.Apply || id == _state.TradeIds.Highest)
                Heard(id, trade.ReceivedAt);
            if (verdict == GateVerdict.Apply && id == _state.TradeIds.Highest)
                _state.TradeProof = At;
            if (verdict != GateVerdict.Apply)
            {
                tally.Count(verdict);
                return;
            }
        }
        else
        {
            _state.Unverifiable = true;
        }

        if (trade.Quantity == 0)
        {
            tally.Filtered++;
            return;
        }

        Apply(trade, RecordMark.Of(batch, record), RevisionOf(batch, record), now);
        tally.Applied++;
    }

    private void TakeRange(TradeRange range, IngestBatch batch, IngestRecord record, DateTimeOffset now, ref IngestTally tally)
    {
        var mark = RecordMark.Of(batch, record);
        var revision = RevisionOf(batch, record);
        var applied = false;
        var highest = _state.TradeIds.Highest;
        if (record.RepairId is null && range.ToId < highest)
        {
            // The newest trade that the source has: it tells where the source is, and nothing new.
            Heard(range.ToId, range.ReceivedAt, answered: true);
            tally.Count(GateVerdict.Duplicate);
            return;
        }

        foreach (var trade in range.Trades)
        {
            if (_state.TradeIds.Offer(trade.TradeId!.Value, trade.Time, trade.ReceivedAt, now) != GateVerdict.Apply
                || trade.Quantity == 0)
                continue;
            Apply(trade, mark, revision, now);
            applied = true;
        }

        var closed = _state.TradeIds.Close(new IdRange(range.FromId, range.ThroughId ?? range.ToId), range.ReceivedAt, now) || applied;
        // Unasked it is the newest trade; asked for, where it is not full, all that came after the highest.
        var newest = record.RepairId is null;
        if (newest)
            Heard(range.ToId, range.ReceivedAt, answered: true);
        if (IsSince(_tradeLoss, range.ReceivedAt) && (newest || IsAllSince(range, highest)))
            (_state.TradeProof, closed) = (At, true);
        if (record.RepairId is { } asked && asked == _tradeResetAsk)
            closed |= TakeResetAnswer(range, now);
        tally.Count(closed ? GateVerdict.Apply : GateVerdict.Duplicate);
        if (applied)
            _state.TradeFacts.RepairId = record.RepairId;
        if (closed)
            _state.TradeFacts.Verified(range.ReceivedAt);
        if (record.RepairId is { } repair)
            _tradeRepair.Arrived(repair, closed, now, _ids.NextDouble());
    }

    // Who does not list the highest that is known lags behind it, and cannot tell what came since.
    private static bool IsAllSince(TradeRange range, long highest) =>
        range.FromId <= highest && range.ToId > highest && range.Trades.Length <= range.ToId - range.FromId
        && range.Trades.Any(trade => trade.TradeId == highest);

    /// <summary>The source was asked for the highest id that is known of it.</summary>
    /// <returns>Whether that settled it.</returns>
    private bool TakeResetAnswer(TradeRange range, DateTimeOffset now)
    {
        var floor = _state.TradeIds.SetBack.Floor;
        if (range.FromId > floor || range.ToId < floor)
            return false;
        _state.TradeIds.Answered(range.Trades.Any(trade => trade.TradeId == floor), range.ReceivedAt, now);
        return !_state.TradeIds.SetBack.Certain;
    }

    private void Heard(long id, DateTimeOffset receivedAt, bool answered = false)
    {
        _state.TradeIds.Hear(id, receivedAt, answered);
        if (_tradeSeenAt is null || receivedAt > _tradeSeenAt)
            _tradeSeenAt = receivedAt;
    }

    private void Apply(Trade trade, in RecordMark mark, long revision, DateTimeOffset now)
    {
        _state.Candles.Add(trade, revision);
        _state.Tape.Add(trade);
        _state.TradeFacts.Applied(trade.ReceivedAt, trade.Time, mark, now);
        Changed(StreamUpdateKind.Trade, trade, trade.Time);
    }

    /// <summary>Revisions of minutes are places in the feed, so that the same records give the same revisions after a crash.</summary>
    private long RevisionOf(IngestBatch batch, IngestRecord record)
    {
        if (_state.TradeLog != batch.LogId)
            (_state.TradeLog, _state.RevisionBase) = (batch.LogId, _state.HighestRevision);
        var revision = _state.RevisionBase + record.Offset + 1;
        _state.HighestRevision = Math.Max(_state.HighestRevision, revision);
        return revision;
    }
}
