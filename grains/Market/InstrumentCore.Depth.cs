using StreamForge.Contracts.Market;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.Integrity.Gates;
using StreamForge.Grains.Market.Book;

namespace StreamForge.Grains.Market;

/// <content>The book: a state stream.</content>
public sealed partial class InstrumentCore
{
    private string? TakeDiff(DepthDiff diff, RecordMark mark, DateTimeOffset now, ref IngestTally tally)
    {
        if (diff is { Previous: { } previous, Last: { } last })
        {
            if (_state.Unsequenced)
                return "A diff with sequences in a stream without.";
            var gate = _state.Sequence;
            Seen(diff);
            var verdict = gate.Offer(
                previous, last, new HeldDiff(diff, mark), HeldDiff.Weigh(diff), diff.ReceivedAt, now);
            tally.Count(verdict);
            if (verdict == GateVerdict.Apply)
            {
                Apply(diff, mark, now);
                // It continues the sequence: nothing is missing before it.
                _state.DepthProof = At;
                if (gate.Gap is not null)
                    Release(now);
            }
        }
        else
        {
            if (_state.Sequence.Started || _state.Sequence.Gap is not null)
                return "A diff without sequences in a stream with.";
            _state.Unsequenced = true;
            Seen(diff);
            var verdict = _state.Checksum.Offer(now);
            tally.Count(verdict);
            if (verdict == GateVerdict.Apply)
                ApplyUnsequenced(diff, mark, now);
        }

        return null;
    }

    private void TakeSnapshot(DepthSnapshot snapshot, RecordMark mark, DateTimeOffset now, ref IngestTally tally)
    {
        Seen(snapshot);
        GateVerdict verdict;
        if (snapshot.Sequence is { } sequence)
        {
            verdict = _state.Sequence.OfferSnapshot(snapshot.Epoch, sequence, snapshot.ReceivedAt, now, mark.RepairId is { } id && id == _depthResetAsk);
        }
        else
        {
            _state.Unsequenced = true;
            verdict = _state.Checksum.OfferSnapshot(snapshot.Epoch, snapshot.ReceivedAt);
        }

        tally.Count(verdict);
        if (verdict == GateVerdict.Apply)
        {
            _state.Book.Replace(snapshot);
            _state.DepthFacts.Applied(snapshot.ReceivedAt, snapshot.EventTime, mark, now);
            _state.DepthFacts.RepairId = mark.RepairId;
            Changed(StreamUpdateKind.Book, null, snapshot.EventTime);
            if (snapshot.Sequence is not null)
                Release(now);
        }

        if (verdict is GateVerdict.Apply or GateVerdict.Duplicate)
        {
            _state.DepthFacts.Verified(snapshot.ReceivedAt);
            if (IsSince(_depthLoss, snapshot.ReceivedAt))
                _state.DepthProof = At;
        }

        if (mark.RepairId is { } repair)
            _depthRepair.Arrived(repair, DepthGap is null, now, _ids.NextDouble());
    }

    private void TakeDigest(DepthDigest digest, DateTimeOffset now, ref IngestTally tally)
    {
        Seen(digest);
        var ahead = _state.Sequence.OfferDigest(digest.Sequence, digest.ReceivedAt);
        if (ahead == 0)
        {
            _state.DepthFacts.Verified(digest.ReceivedAt);
            _state.DepthProof = At;
        }

        tally.Count(ahead < 0 ? GateVerdict.Superseded : GateVerdict.Apply);
    }

    /// <summary>Time passes by what is received: a digest's grace is measured by it.</summary>
    private void Seen(MarketEvent received)
    {
        if (_state.DepthSeenAt is null || received.ReceivedAt > _state.DepthSeenAt)
            _state.DepthSeenAt = received.ReceivedAt;
    }

    private void Release(DateTimeOffset now)
    {
        while (_state.Sequence.TryRelease(now, out var held))
            Apply(held.Diff, held.Mark, now);
    }

    private void Apply(DepthDiff diff, in RecordMark mark, DateTimeOffset now)
    {
        _state.Book.Apply(diff.Bids, diff.Asks);
        _state.DepthFacts.Applied(diff.ReceivedAt, diff.EventTime, mark, now);
        Changed(StreamUpdateKind.Book, null, diff.EventTime);
    }

    private void ApplyUnsequenced(DepthDiff diff, in RecordMark mark, DateTimeOffset now)
    {
        _state.Book.Apply(diff.Bids, diff.Asks);
        if (diff.Checksum is { } expected)
        {
            if (_state.Book.Checksum() != expected)
                _state.Checksum.Mismatch(now);
            else
            {
                _state.DepthFacts.Verified(diff.ReceivedAt);
                _state.DepthProof = At;
            }
        }

        if (_state.Checksum.Gap is null)
            _state.Checksum.Applied(diff.ReceivedAt);
        _state.DepthFacts.Applied(diff.ReceivedAt, diff.EventTime, mark, now);
        Changed(StreamUpdateKind.Book, null, diff.EventTime);
    }
}
