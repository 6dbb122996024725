using StreamForge.Contracts.Clients;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.Integrity.Gates;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Clients;

/// <summary>The postings of one account: a fact stream, numbered from 1. The postings themselves are kept in grains of months.</summary>
internal sealed class PostingStream(string account) : GuardedStream("postings", ClientTopics.Postings)
{
    private readonly IdRangeGate _gate = new();

    public string Account { get; } = account;

    /// <summary>At most so many are asked for at once.</summary>
    public int PerRepair { get; set; } = 1_000;

    /// <summary>The first and the last day that a posting was of; none before the first one.</summary>
    public DateOnly? FirstDay { get; private set; }

    /// <inheritdoc cref="FirstDay"/>
    public DateOnly? LastDay { get; private set; }

    public override bool Started => _gate.Started;

    public override long Sequence => _gate.Through;

    public override DateTimeOffset? VouchedThrough =>
        _gate.AnnouncedAfter is { } announced && !(_gate.SetBack.VouchedThrough < announced) ? announced : _gate.SetBack.VouchedThrough;

    public override Gap? GateGap => _gate.Gap;

    public bool InDoubt => _gate.SetBack.Certain;

    public IdRangeLimits Limits
    {
        set => _gate.Limits = value;
    }

    public override void Prove(DateTimeOffset proven) => _gate.Proven = proven;

    public override void Check(DateTimeOffset evidence, TimeSpan grace, DateTimeOffset now)
    {
        _gate.CheckAnnounced(evidence, grace, now);
        _gate.CheckSetBack(evidence, grace, now);
    }

    /// <summary>A number that no account would reach by itself must not open a hole that nobody can ever fill.</summary>
    public bool IsTooFarAhead(long number, DateTimeOffset eventTime) => _gate.IsTooFarAhead(number, eventTime);

    /// <summary>The source says that the account has come so far.</summary>
    public void Announce(long number, DateTimeOffset receivedAt)
    {
        _gate.Begin(0);
        _gate.Announce(number, receivedAt);
    }

    /// <summary>Takes postings; those that are new are given to <paramref name="applied"/>.</summary>
    /// <param name="at">Where they stand in the log.</param>
    /// <returns>The verdict on the record as a whole.</returns>
    public GateVerdict Take(
        PostingsBooked booked, in RecordMark mark, LogPosition at, DateTimeOffset now, Action<Posting> applied)
    {
        Seen(booked.ReceivedAt);
        _gate.Begin(0);
        var verdict = GateVerdict.Duplicate;
        foreach (var posting in booked.Postings)
        {
            var one = Offer(posting, booked, now);
            if (one == GateVerdict.Apply)
            {
                applied(posting);
                verdict = one;
                if (posting.Number == _gate.Highest)
                    Proof = at;
            }
            else if (one == GateVerdict.Superseded && verdict == GateVerdict.Duplicate)
            {
                verdict = one;
            }
        }

        if (verdict == GateVerdict.Apply)
            Facts.Applied(booked.ReceivedAt, booked.EventTime, mark, now);
        return verdict;
    }

    /// <summary>Takes what a filter dropped: its numbers count as seen.</summary>
    public void Take(PostingsFiltered filtered, LogPosition at, DateTimeOffset now)
    {
        Seen(filtered.ReceivedAt);
        _gate.Begin(0);
        // The ends are offered as facts, so that what is between exists for the gate, and is closed like what does not exist.
        _gate.Offer(filtered.FromNumber, filtered.EventTime, filtered.ReceivedAt, now);
        _gate.Offer(filtered.ToNumber, filtered.EventTime, filtered.ReceivedAt, now);
        _gate.Close(new IdRange(filtered.FromNumber, filtered.ToNumber), filtered.ReceivedAt, now);
        if (filtered.ToNumber == _gate.Highest)
            Proof = at;
    }

    /// <summary>Takes the source's answer about a range.</summary>
    /// <inheritdoc cref="Take(PostingsBooked, in RecordMark, LogPosition, DateTimeOffset, Action{Posting})"/>
    /// <returns>Whether anything that was missing is not any more.</returns>
    public bool Take(PostingRange range, in RecordMark mark, LogPosition at, DateTimeOffset now, Action<Posting> applied)
    {
        _gate.Begin(0);
        var highest = _gate.Highest;
        var any = false;
        foreach (var posting in range.Postings)
        {
            if (_gate.Offer(posting.Number, TimeOf(posting), range.ReceivedAt, now) != GateVerdict.Apply)
                continue;
            applied(posting);
            any = true;
        }

        var closed = _gate.Close(
            new IdRange(range.FromNumber, Math.Min(range.ToNumber, range.ThroughNumber)), range.ReceivedAt, now) || any;
        if (IsSinceLoss(range.ReceivedAt) && IsAllSince(range, highest))
            (Proof, closed) = (at, true);
        if (mark.RepairId is { } asked && asked == ResetAsk)
            closed |= TakeResetAnswer(range, now);
        if (any)
        {
            Facts.Applied(range.ReceivedAt, range.EventTime, mark, now);
            Facts.RepairId = mark.RepairId;
        }

        if (closed)
            Facts.Verified(range.ReceivedAt);
        return closed;
    }

    /// <summary>A posting of the account is of this day.</summary>
    public void NoteDay(DateOnly day)
    {
        if (FirstDay is null || day < FirstDay)
            FirstDay = day;
        if (LastDay is null || day > LastDay)
            LastDay = day;
    }

    public void Write(StateWriter writer)
    {
        WriteGuard(writer);
        _gate.Write(writer);
        _gate.WriteLater(writer);
        _gate.SetBack.WriteLater(writer);
        _gate.WriteAnnounced(writer);
        RegisterEntryCodec.Write(writer, FirstDay);
        RegisterEntryCodec.Write(writer, LastDay);
    }

    public void Read(ref StateReader reader)
    {
        ReadGuard(ref reader);
        _gate.Read(ref reader);
        _gate.ReadLater(ref reader);
        _gate.SetBack.ReadLater(ref reader);
        _gate.ReadAnnounced(ref reader);
        (FirstDay, LastDay) = (RegisterEntryCodec.Day(ref reader), RegisterEntryCodec.Day(ref reader));
    }

    protected override RepairNeed? NeedOf(Gap gap)
    {
        IdRange? missing = _gate.SetBack.Certain ? new IdRange(_gate.SetBack.Floor, _gate.SetBack.Floor)
            : _gate.Holes > 0 ? _gate.FirstHole
            // Nothing is known to be missing, but something may: all that the source has made since, and the newest that is known, so
            // that it shows whether what answers has come that far.
            : _gate.Gap is null && OpenLoss is not null ? new IdRange(Math.Max(1, _gate.Highest), long.MaxValue)
            : null;
        return missing is var (from, to)
            ? new RepairNeed(RepairKind.Postings, from, Math.Min(to, from + PerRepair - 1), gap.OpenedAt)
            : null;
    }

    private GateVerdict Offer(Posting posting, PostingsBooked booked, DateTimeOffset now)
    {
        if (posting.Number < _gate.Highest && _gate.SetBack.VouchedThrough is not null)
        {
            // It may be of an account that began anew: not taken for the old one's. What really is missing is asked for.
            _gate.Hear(posting.Number, booked.ReceivedAt);
            return GateVerdict.Superseded;
        }

        var verdict = _gate.Offer(posting.Number, booked.EventTime, booked.ReceivedAt, now);
        // What fills a hole comes late, and says nothing of where the source is.
        if (verdict != GateVerdict.Apply || posting.Number == _gate.Highest)
            _gate.Hear(posting.Number, booked.ReceivedAt);
        return verdict;
    }

    // Who does not list the highest that is known lags behind it, and cannot tell what came since.
    private static bool IsAllSince(PostingRange range, long highest) =>
        range.FromNumber <= highest && range.ThroughNumber >= highest && range.ThroughNumber <= range.ToNumber;

    private bool TakeResetAnswer(PostingRange range, DateTimeOffset now)
    {
        var floor = _gate.SetBack.Floor;
        if (range.FromNumber > floor || range.ToNumber < floor)
            return false;
        _gate.Answered(range.Postings.Any(posting => posting.Number == floor), range.ReceivedAt, now);
        return !_gate.SetBack.Certain;
    }

    private static DateTimeOffset TimeOf(Posting posting) => new(posting.BookedOn, TimeOnly.MinValue, TimeSpan.Zero);
}
