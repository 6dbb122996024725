using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Gates;

/// <summary>How long a run of events a gate holds while their predecessors are missing.</summary>
/// <param name="Events">At most so many.</param>
/// <param name="Bytes">Of at most this weight together.</param>
public readonly record struct HeldLimits(int Events, long Bytes);

/// <summary>
/// The gate of a state stream with sequences. An event covers (Previous, Last]; it applies where it begins at or below the
/// state and ends above it. What comes too early is held, up to a bound; on overflow only the sequence that the next snapshot
/// must reach is remembered. A snapshot is taken if it is at or above the state and reaches the first event held.
/// </summary>
/// <remarks>
/// With Binance's documents: spot starts with the diff with <c>U &lt;= lastUpdateId + 1 &lt;= u</c>, which is Previous &lt;= state &lt; Last
/// with Previous = U - 1. USD-M starts with <c>U &lt;= lastUpdateId &lt;= u</c> and goes on by <c>pu</c> = previous <c>u</c>; Previous = pu is
/// below U, so that diff applies too, or (u = lastUpdateId) says what the snapshot says.
/// After <see cref="GateVerdict.Apply"/> and after an accepted snapshot the caller takes what is released until there is no more.
/// A source that stays below the state (<see cref="SetBack"/>) stops it: from then on everything is held until a snapshot that was
/// asked for tells. At or above all that was known, it is taken as ever; two below, where the stream too is below, say that the source was
/// reset, and the second is taken: the sequence starts anew from there. An old snapshot that comes late is neither.
/// </remarks>
public sealed class SequenceGate<T>
{
    private readonly HeldRun<T> _held = new();
    private readonly DigestExpectation _digest = new();
    private long _base;
    private DateTimeOffset? _completeThrough;

    public HeldLimits Limits { get; set; } = new(5_000, 4 << 20);

    /// <summary>Whether a snapshot was ever taken.</summary>
    public bool Started { get; private set; }

    public long Epoch { get; private set; }

    /// <summary>All up to here is applied; 0 before the first snapshot.</summary>
    public long Sequence { get; private set; }

    /// <summary>The next snapshot must reach this sequence, since what was held below it was dropped; 0 for none.</summary>
    public long Reach { get; private set; }

    public int HeldCount => _held.Count;

    /// <summary>What is missing now, if something is.</summary>
    public Gap? Gap { get; private set; }

    /// <summary>Whether the source has gone back below the state.</summary>
    public SetBackWatch SetBack { get; } = new();

    /// <summary>All that the source published up to here was offered before what is offered now, UTC; nothing is known at first.</summary>
    public DateTimeOffset Proven { get; set; } = DateTimeOffset.MinValue;

    /// <summary>
    /// A limit on what can be vouched for while a digest is ahead of the events, or the source is below them, UTC; none while
    /// there is no such limit.
    /// </summary>
    public DateTimeOffset? VouchedThrough =>
        _digest.ProvenThrough is not { } ahead || SetBack.VouchedThrough < ahead ? SetBack.VouchedThrough ?? _digest.ProvenThrough : ahead;

    /// <summary>Judges an event that covers (<paramref name="previous"/>, <paramref name="last"/>].</summary>
    public GateVerdict Offer(long previous, long last, T item, int bytes, DateTimeOffset receivedAt, DateTimeOffset now)
    {
        if (Started)
            Hear(last, receivedAt);
        if (Started && !SetBack.Certain)
        {
            if (last <= Sequence)
                return last <= _base ? GateVerdict.Superseded : GateVerdict.Duplicate;
            if (previous <= Sequence)
            {
                Move(last, receivedAt);
                return GateVerdict.Apply;
            }
        }

        if (last <= Reach)
            return GateVerdict.Superseded;
        if (!_held.Add(new HeldItem<T>(previous, last, item, bytes, receivedAt)))
            return GateVerdict.Duplicate;
        if (_held.Count > Limits.Events || _held.Bytes > Limits.Bytes)
        {
            Reach = _held.Last;
            _held.Clear();
        }

        Settle(now);
        return GateVerdict.Held;
    }

    /// <summary>The next event held whose turn has come; the caller applies it.</summary>
    public bool TryRelease(DateTimeOffset now, out T item)
    {
        while (Started && !SetBack.Certain && _held.Count > 0 && _held.First.Previous <= Sequence)
        {
            var next = _held.TakeFirst();
            if (next.Last <= Sequence)
                continue;
            Move(next.Last, next.ReceivedAt);
            item = next.Item;
            return true;
        }

        Settle(now);
        item = default!;
        return false;
    }

    /// <summary>
    /// Judges a snapshot. <see cref="GateVerdict.Apply"/>: it replaces the state. <see cref="GateVerdict.Duplicate"/>: the state is just
    /// that already. <see cref="GateVerdict.Superseded"/>: it is older than the state, or does not reach what is held.
    /// </summary>
    /// <param name="asked">It answers a question that was asked since <see cref="SetBack"/> became certain.</param>
    public GateVerdict OfferSnapshot(
        long epoch, long sequence, DateTimeOffset receivedAt, DateTimeOffset now, bool asked = false)
    {
        if (Started && epoch < Epoch)
            return GateVerdict.Superseded;
        var restarts = Started && epoch > Epoch;
        if (restarts)
        {
            _held.Clear();
            _digest.Clear();
            Reach = 0;
        }
        else if (SetBack.Certain && sequence < SetBack.Floor)
        {
            if (!asked || !Bridges(sequence) || !SetBack.AnsweredBelow())
                return GateVerdict.Superseded;
            _digest.Clear();
        }
        else if (Started && sequence < Sequence || !Bridges(sequence))
        {
            if (Started)
                SetBack.Lower(sequence, receivedAt, Proven, answered: true);
            return GateVerdict.Superseded;
        }
        else if (Started && !SetBack.Certain && sequence == Sequence && sequence == _base)
        {
            SetBack.Advanced(receivedAt);
            return GateVerdict.Duplicate;
        }

        Started = true;
        Epoch = epoch;
        Sequence = _base = sequence;
        Reach = 0;
        _completeThrough = receivedAt;
        _digest.Reached(sequence);
        SetBack.Agreed(receivedAt);
        Settle(now);
        return GateVerdict.Apply;
    }

    /// <summary>The source says that its sequence is at least <paramref name="sequence"/>.</summary>
    /// <returns>Positive where the state is behind, 0 where it agrees, negative where it is ahead.</returns>
    public int OfferDigest(long sequence, DateTimeOffset receivedAt)
    {
        if (!Started)
            return 1;
        Hear(sequence, receivedAt);
        if (sequence > Sequence && !SetBack.Certain)
            _digest.Expect(sequence, receivedAt, Proven);
        return sequence.CompareTo(Sequence);
    }

    /// <summary>Opens a gap where events that a digest announced have not come in time, or the source stays below the state.</summary>
    /// <param name="evidence">All that was published up to this time has been delivered or is lost, UTC.</param>
    public void CheckDigest(DateTimeOffset evidence, TimeSpan grace, DateTimeOffset now)
    {
        _digest.Check(evidence, grace);
        var known = Math.Max(Reach, _held.Count > 0 ? Math.Max(_held.Last, Sequence) : Sequence);
        if (SetBack.Check(evidence, grace, known))
        {
            // What was held is of before: were it not, the source would not be below it.
            _held.Clear();
            Reach = 0;
        }

        Settle(now);
    }

    public void Write(StateWriter writer, Action<StateWriter, T> writeItem)
    {
        writer.Bool(Started);
        writer.Signed(Epoch);
        writer.Signed(Sequence);
        writer.Signed(_base);
        writer.Signed(Reach);
        writer.Optional(_completeThrough);
        writer.Bool(Gap is not null);
        Gap?.Write(writer);
        _digest.Write(writer);
        _held.Write(writer, writeItem);
    }

    public void Read(ref StateReader reader, HeldReader<T> readItem)
    {
        Started = reader.Bool();
        Epoch = reader.Signed();
        Sequence = reader.Signed();
        _base = reader.Signed();
        Reach = reader.Signed();
        _completeThrough = reader.OptionalTime();
        Gap = reader.Bool() ? Gap.Read(ref reader) : null;
        _digest.Read(ref reader);
        _held.Read(ref reader, readItem);
    }

    /// <summary>What came after the first form of the state: its fields are written behind all others.</summary>
    public void WriteLater(StateWriter writer)
    {
        SetBack.WriteLater(writer);
        _digest.WriteLater(writer);
    }

    /// <inheritdoc cref="WriteLater"/>
    public void ReadLater(ref StateReader reader)
    {
        SetBack.ReadLater(ref reader);
        _digest.ReadLater(ref reader);
    }

    private bool Bridges(long sequence) =>
        sequence >= Reach && (_held.Count == 0 || _held.First.Previous <= sequence);

    private void Hear(long sequence, DateTimeOffset receivedAt)
    {
        var doubted = SetBack.Certain;
        if (sequence >= (doubted ? SetBack.Floor : Sequence))
            SetBack.Advanced(receivedAt);
        else
            SetBack.Lower(sequence, receivedAt, Proven, answered: false);
        if (doubted && !SetBack.Certain)
            Settle(receivedAt);
    }

    private void Move(long last, DateTimeOffset receivedAt)
    {
        Sequence = last;
        if (Gap is null)
            _completeThrough = receivedAt;
        if (Reach != 0 && last >= Reach)
            Reach = 0;
        _digest.Reached(last);
    }

    private void Settle(DateTimeOffset now)
    {
        var missing = _held.Count > 0 || Reach > Sequence || _digest.Overdue || SetBack.Certain;
        if (!missing)
            Gap = null;
        else
            Gap ??= new Gap(now, _completeThrough, Describe());
    }

    private string Describe()
    {
        if (!Started)
            return "no snapshot yet";
        if (SetBack.Certain)
            return $"the source is at sequence {SetBack.Newest}, and was at {SetBack.Floor}";
        var to = _held.Count > 0 ? _held.First.Previous : Reach > Sequence ? Reach : _digest.Pending ?? Sequence;
        return to == Sequence + 1 ? $"sequence {to} is missing" : $"sequences {Sequence + 1} to {to} are missing";
    }
}
