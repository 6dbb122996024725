using StreamForge.Contracts.Clients;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.Integrity.Gates;

namespace StreamForge.Grains.Clients;

/// <content>Events of one stream each.</content>
public sealed partial class ClientCore
{
    private RegisterStream Take(RegisterChange change, in RecordMark mark, DateTimeOffset now, ref IngestTally tally)
    {
        var stream = _state.Of(change.Register);
        var before = stream.Sequence;
        tally.Count(stream.Take(change, mark, now));
        if (stream.Sequence != before)
            RegisterMoved(stream, change.ReceivedAt);
        return stream;
    }

    private RegisterStream Take(RegisterSnapshot snapshot, in RecordMark mark, DateTimeOffset now, ref IngestTally tally)
    {
        var stream = _state.Of(snapshot.Register);
        var verdict = stream.Take(snapshot, mark, At, now);
        tally.Count(verdict);
        if (verdict == GateVerdict.Apply)
            RegisterMoved(stream, snapshot.ReceivedAt);
        if (mark.RepairId is { } repair)
            stream.Repair.Arrived(repair, stream.Gap is null, now, _ids.NextDouble());
        return stream;
    }

    private RegisterStream Take(RegisterDigest digest, ref IngestTally tally)
    {
        var stream = _state.Of(digest.Register);
        tally.Count(stream.Take(digest, At));
        return stream;
    }

    private (string? Refusal, GuardedStream? Stream) Take(
        PostingsBooked booked, in RecordMark mark, DateTimeOffset now, ref IngestTally tally)
    {
        var stream = PostingsOf(booked.Account);
        // Before anything is taken: a refusal must be the same when the call is repeated.
        if (stream.IsTooFarAhead(booked.Postings[^1].Number, booked.EventTime))
            return ($"Posting {booked.Postings[^1].Number} of account {booked.Account} is more than {_options.PostingJump} ahead of "
                + $"{stream.Sequence}: it is believed when another one near it follows.", stream);
        tally.Count(stream.Take(booked, mark, At, now, posting => Book(stream, posting)));
        return (null, stream);
    }

    private PostingStream Take(PostingsFiltered filtered, DateTimeOffset now, ref IngestTally tally)
    {
        var stream = PostingsOf(filtered.Account);
        stream.Take(filtered, At, now);
        tally.Filtered++;
        return stream;
    }

    private PostingStream Take(PostingRange range, in RecordMark mark, DateTimeOffset now, ref IngestTally tally)
    {
        var stream = PostingsOf(range.Account);
        var closed = stream.Take(range, mark, At, now, posting => Book(stream, posting));
        tally.Count(closed ? GateVerdict.Apply : GateVerdict.Duplicate);
        if (mark.RepairId is { } repair)
            stream.Repair.Arrived(repair, closed, now, _ids.NextDouble());
        return stream;
    }

    private void Book(PostingStream stream, Posting posting)
    {
        _state.Pending.Add(stream.Account, posting);
        stream.NoteDay(posting.BookedOn);
        _state.Version++;
    }

    /// <summary>Accounts say which posting is the last in their balance: so a lost last posting shows.</summary>
    private void RegisterMoved(RegisterStream stream, DateTimeOffset receivedAt)
    {
        _state.Version++;
        if (stream.Register != Register.Accounts)
            return;
        foreach (var entry in stream.Entries)
            if (entry is Account { LastPosting: > 0 } account)
                PostingsOf(account.Id).Announce(account.LastPosting, receivedAt);
    }
}
