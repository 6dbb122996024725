using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity.Gates;

namespace StreamForge.Grains.Market;

/// <content>Trades: a fact stream.</content>
public sealed partial class InstrumentCore
{
    private void TakeTrade(Trade trade, IngestBatch batch, IngestRecord record, DateTimeOffset now, ref Tally tally)
    {
        if (trade.TradeId is { } id)
        {
            var verdict = _state.TradeIds.Offer(id, trade.Time, trade.ReceivedAt, now);
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

    private void TakeRange(TradeRange range, IngestBatch batch, IngestRecord record, DateTimeOffset now, ref Tally tally)
    {
        var mark = RecordMark.Of(batch, record);
        var revision = RevisionOf(batch, record);
        var applied = false;
        foreach (var trade in range.Trades)
        {
            if (_state.TradeIds.Offer(trade.TradeId!.Value, trade.Time, trade.ReceivedAt, now) != GateVerdict.Apply
                || trade.Quantity == 0)
                continue;
            Apply(trade, mark, revision, now);
            applied = true;
        }

        var closed = _state.TradeIds.Close(new IdRange(range.FromId, range.ToId), range.ReceivedAt, now) || applied;
        tally.Count(closed ? GateVerdict.Apply : GateVerdict.Duplicate);
        if (applied)
            _state.TradeFacts.RepairId = record.RepairId;
        if (closed)
            _state.TradeFacts.VerifiedAt = now;
        if (record.RepairId is { } repair)
            _tradeRepair.Arrived(repair, closed, now, _ids.NextDouble());
    }

    private void Apply(Trade trade, in RecordMark mark, long revision, DateTimeOffset now)
    {
        _state.Candles.Add(trade, revision);
        _state.Tape.Add(trade);
        _state.TradeFacts.Applied(trade, trade.Time, mark, now);
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
