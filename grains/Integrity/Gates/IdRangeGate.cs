using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Gates;

/// <param name="Holes">So many missing ranges are kept; of more, the oldest is given up as lost.</param>
/// <param name="StartSlack">An id so far below the first one seen still belongs to the stream: the start may be reordered too.</param>
/// <param name="LostKept">How long a lost range keeps the stream in gap, by event time.</param>
/// <param name="Jump">An id further ahead of the highest than this is not believed before another one near it.</param>
public readonly record struct IdRangeLimits(int Holes, long StartSlack, TimeSpan LostKept, long Jump = 1_000_000);

/// <summary>A missing range that was given up: its ids will not be applied any more, since what was seen of it is forgotten.</summary>
/// <param name="At">Event time of the newest event when it was given up, UTC.</param>
public readonly record struct LostRange(IdRange Ids, DateTimeOffset At);

/// <summary>
/// The gate of a fact stream whose source numbers its facts without holes. Facts apply in any order, each id once; what is
/// missing is asked for by range, and the answer closes the range: an id that the source does not list does not exist.
/// The first id seen starts the stream; nothing before it is claimed.
/// </summary>
/// <remarks>
/// Bounded and never silent: with too many holes the oldest becomes <see cref="Lost"/>, and the stream stays in gap until event
/// time has passed it by <see cref="IdRangeLimits.LostKept"/>, when no running window contains it any more. An id absurdly far ahead
/// is refused; when another one near it follows, the source has really moved, and what lies between is given up as lost too.
/// A source that goes back (<see cref="SetBack"/>) is asked for the highest id that is known; if it twice does not know it, and its stream
/// too is below it, it was reset: the stream starts anew, with the least id that was heard since.
/// </remarks>
public sealed class IdRangeGate
{
    private const int MaxLost = 16;

    private readonly IdRanges _seen = new();
    private readonly List<LostRange> _lost = [];
    private readonly DigestExpectation _digest = new();
    private DateTimeOffset? _completeThrough;
    private long? _ahead;
    private long _announced;

    public IdRangeLimits Limits { get; set; } = new(1_024, 1_000, TimeSpan.FromDays(1));

    public bool Started => _seen.Count > 0;

    /// <summary>All ids from the first one seen to here are applied, lost or do not exist; 0 before the first.</summary>
    public long Through => Started ? _seen[0].To : 0;

    /// <summary>The highest id seen; 0 before the first.</summary>
    public long Highest => Started ? _seen[_seen.Count - 1].To : 0;

    /// <summary>How many ranges are missing.</summary>
    public int Holes => Started ? _seen.Count - (_announced > Highest ? 0 : 1) : 0;

    /// <summary>The oldest missing range; there must be one.</summary>
    public IdRange FirstHole => new(_seen[0].To + 1, _seen.Count > 1 ? _seen[1].From - 1 : _announced);

    /// <summary>All that the source published up to here was offered before what is offered now, UTC; nothing is known at first.</summary>
    public DateTimeOffset Proven { get; set; } = DateTimeOffset.MinValue;

    /// <summary>Whether the source has gone back below the highest id.</summary>
    public SetBackWatch SetBack { get; } = new();

    /// <summary>Nothing published after this can be vouched for while an id that was announced has not come, UTC; none while none is.</summary>
    public DateTimeOffset? AnnouncedAfter => _digest.ProvenThrough;

    /// <summary>The stream is known to begin behind <paramref name="before"/>: what comes first need not be the first.</summary>
    public void Begin(long before)
    {
        if (!Started)
            _seen.Add(before);
    }

    /// <summary>The source says that it has come to <paramref name="id"/>, without the fact itself.</summary>
    /// <param name="receivedAt">When the connector received that, UTC.</param>
    public void Announce(long id, DateTimeOffset receivedAt)
    {
        if (Started && id > Highest)
            _digest.Expect(id, receivedAt, Proven);
    }

    /// <summary>Opens a gap where what was announced has not come in time.</summary>
    /// <param name="evidence">All that was published up to this time has been delivered or is lost, UTC.</param>
    public void CheckAnnounced(DateTimeOffset evidence, TimeSpan grace, DateTimeOffset now)
    {
        _digest.Check(evidence, grace);
        if (!_digest.Overdue || _digest.Pending is not { } missing || missing <= _announced)
            return;
        _announced = missing;
        Settle(evidence, null, now);
    }

    /// <summary>
    /// Whether an id is too far ahead to be believed. Remembered, so that the next one near it is: then all ids between are
    /// given up as lost.
    /// </summary>
    /// <param name="eventTime">When the fact happened, UTC.</param>
    public bool IsTooFarAhead(long id, DateTimeOffset eventTime)
    {
        if (!Started || id - Highest <= Limits.Jump)
            return false;
        if (_ahead is not { } before || id == before || Math.Abs(id - before) > Limits.Jump)
        {
            _ahead = id;
            return true;
        }

        GiveUp(new IdRange(Highest + 1, Math.Min(id, before) - 1), eventTime);
        _ahead = null;
        return false;
    }

    public IReadOnlyList<LostRange> Lost => _lost;

    public Gap? Gap { get; private set; }

    /// <summary>Judges a fact.</summary>
    /// <param name="eventTime">When the fact happened, UTC.</param>
    public GateVerdict Offer(long id, DateTimeOffset eventTime, DateTimeOffset receivedAt, DateTimeOffset now)
    {
        if (Started && (id < _seen[0].From - Limits.StartSlack || IsLost(id)))
            return GateVerdict.Superseded;
        if (!_seen.Add(id))
            return GateVerdict.Duplicate;
        if (_seen.Count - 1 > Limits.Holes)
            GiveUp(FirstHole, eventTime);
        Settle(receivedAt, eventTime, now);
        return GateVerdict.Apply;
    }

    /// <summary>
    /// The source has listed all that it has of [from, to], and the caller has offered what it listed: the rest does not exist.
    /// Ids above the highest seen are not closed: they may yet come.
    /// </summary>
    /// <returns>Whether anything was missing there.</returns>
    public bool Close(IdRange range, DateTimeOffset receivedAt, DateTimeOffset now)
    {
        if (!Started)
            return false;
        range = new IdRange(Math.Max(range.From, _seen[0].From), Math.Min(range.To, Math.Max(Highest, _announced)));
        if (range.From > range.To)
            return false;
        var missing = Missing();
        _seen.Add(range);
        Settle(receivedAt, null, now);
        return Missing() != missing;
    }

    /// <summary>The source made a fact of this id that could not be taken: it is missing like one that never came.</summary>
    /// <param name="receivedAt">When the connector received it, UTC.</param>
    public void Refused(long id, DateTimeOffset receivedAt, DateTimeOffset now)
    {
        // One too far ahead is not believed to be a fact of this source at all.
        if (!Started || id <= Math.Max(Highest, _announced) || id - Highest > Limits.Jump)
            return;
        _announced = id;
        Settle(receivedAt, null, now);
    }

    /// <summary>The source was heard to be at <paramref name="id"/>.</summary>
    /// <param name="receivedAt">When the connector received it, UTC.</param>
    /// <param name="answered">It said so when it was asked, not on a stream that tells its facts as they happen.</param>
    public void Hear(long id, DateTimeOffset receivedAt, bool answered = false)
    {
        if (!Started)
            return;
        var doubted = SetBack.Certain;
        if (id >= (doubted ? SetBack.Floor : Highest))
            SetBack.Advanced(receivedAt);
        else
            SetBack.Lower(id, receivedAt, Proven, answered);
        if (doubted && !SetBack.Certain)
            Settle(receivedAt, null, receivedAt);
    }

    /// <summary>Opens a gap where the source stays below the highest id.</summary>
    /// <param name="evidence">All that was published up to this time has been delivered or is lost, UTC.</param>
    public void CheckSetBack(DateTimeOffset evidence, TimeSpan grace, DateTimeOffset now)
    {
        if (Started && SetBack.Check(evidence, grace, Highest))
            Settle(evidence, null, now);
    }

    /// <summary>The source has answered whether it knows the highest id, asked since <see cref="SetBack"/> became certain.</summary>
    public void Answered(bool known, DateTimeOffset receivedAt, DateTimeOffset now)
    {
        if (!SetBack.Certain)
            return;
        if (known)
            SetBack.Agreed(receivedAt);
        else if (SetBack.AnsweredBelow())
        {
            _seen.Clear();
            _lost.Clear();
            _ahead = null;
            // What was heard of the new stream and taken for old is missing: it is asked for by range like all else.
            _seen.Add(SetBack.Lowest - 1);
            _announced = SetBack.Newest;
            SetBack.Agreed(receivedAt);
        }

        Settle(receivedAt, null, now);
    }

    public void Write(StateWriter writer)
    {
        _seen.Write(writer);
        writer.Count(_lost.Count);
        foreach (var lost in _lost)
        {
            writer.Signed(lost.Ids.From);
            writer.Signed(lost.Ids.To);
            writer.Time(lost.At);
        }

        writer.Optional(_completeThrough);
        writer.Bool(Gap is not null);
        Gap?.Write(writer);
    }

    public void Read(ref StateReader reader)
    {
        _seen.Read(ref reader);
        _lost.Clear();
        for (var n = reader.Count(); n > 0; n--)
            _lost.Add(new LostRange(new IdRange(reader.Signed(), reader.Signed()), reader.Time()));
        _completeThrough = reader.OptionalTime();
        Gap = reader.Bool() ? Gap.Read(ref reader) : null;
    }

    /// <summary>What came after the first form of the state: its fields are written behind all others.</summary>
    public void WriteLater(StateWriter writer)
    {
        SetBack.Write(writer);
        writer.Optional(_ahead);
        writer.Signed(_announced);
    }

    /// <inheritdoc cref="WriteLater"/>
    public void ReadLater(ref StateReader reader)
    {
        SetBack.Read(ref reader);
        _ahead = reader.OptionalSigned();
        _announced = reader.Signed();
    }

    /// <summary>What was announced; only streams that are told of it keep it.</summary>
    public void WriteAnnounced(StateWriter writer)
    {
        _digest.Write(writer);
        _digest.WriteLater(writer);
    }

    /// <inheritdoc cref="WriteAnnounced"/>
    public void ReadAnnounced(ref StateReader reader)
    {
        _digest.Read(ref reader);
        _digest.ReadLater(ref reader);
    }

    private bool IsLost(long id)
    {
        foreach (var lost in _lost)
            if (id >= lost.Ids.From && id <= lost.Ids.To)
                return true;
        return false;
    }

    private void GiveUp(IdRange hole, DateTimeOffset at)
    {
        if (_lost.Count == MaxLost)
        {
            _lost[1] = new LostRange(new IdRange(_lost[0].Ids.From, _lost[1].Ids.To), _lost[1].At);
            _lost.RemoveAt(0);
        }

        _lost.Add(new LostRange(hole, at));
        _seen.Add(hole);
    }

    private void Settle(DateTimeOffset receivedAt, DateTimeOffset? eventTime, DateTimeOffset now)
    {
        _digest.Reached(Highest);
        if (eventTime is { } time && _lost.Count > 0)
            _lost.RemoveAll(lost => time - lost.At > Limits.LostKept);
        if (Holes > 0 || _lost.Count > 0 || SetBack.Certain)
        {
            Gap ??= new Gap(now, _completeThrough, Describe());
            return;
        }

        Gap = null;
        _completeThrough = receivedAt;
    }

    private string Describe()
    {
        if (SetBack.Certain)
            return $"the source is at id {SetBack.Newest}, and was at {SetBack.Floor}";
        var (what, range) = Holes > 0 ? ("missing", FirstHole) : ("lost", _lost[0].Ids);
        return range.From == range.To ? $"id {range.From} is {what}" : $"ids {range.From} to {range.To} are {what}";
    }

    private long Missing()
    {
        var sum = 0L;
        for (var i = 1; i < _seen.Count; i++)
            sum += _seen[i].From - _seen[i - 1].To - 1;
        return sum + Math.Max(0, _announced - Highest);
    }
}
