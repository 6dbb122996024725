using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Gates;

/// <summary>
/// What digests say must still come. A digest is ahead of the events that it summarises for a moment; when they have not come
/// after a grace, by the record times of what came since, they are lost, were they the last ones ever.
/// </summary>
/// <remarks>Two digests are remembered, the oldest that is not covered yet and the newest: bounded, and late by two graces at most.
/// When a digest was received says only by when the source was there already: what can be vouched for is what was proven before.</remarks>
public sealed class DigestExpectation
{
    private long _first;
    private DateTimeOffset _firstAt;
    private long _newest;
    private DateTimeOffset _newestAt;
    private DateTimeOffset _firstProven;
    // Of the first digest beyond the oldest: those between it and the newest are forgotten, and it was there before them.
    private DateTimeOffset _nextProven;
    private bool _pending;

    /// <summary>The grace is over and the events have not come.</summary>
    public bool Overdue { get; private set; }

    /// <summary>The sequence that must be reached next; none where all digests are covered.</summary>
    public long? Pending => _pending ? _first : null;

    /// <summary>All that is missing was published after this, UTC; none while nothing is.</summary>
    public DateTimeOffset? ProvenThrough => _pending ? _firstProven : null;

    /// <param name="at">When the connector received the digest, UTC.</param>
    /// <param name="proven">All that was published up to here came before it, UTC.</param>
    public void Expect(long sequence, DateTimeOffset at, DateTimeOffset proven)
    {
        if (!_pending)
        {
            (_pending, _first, _firstAt, _firstProven) = (true, sequence, at, proven);
            (_newest, _newestAt, _nextProven) = (sequence, at, proven);
        }
        else if (sequence > _newest)
        {
            if (_newest == _first)
                _nextProven = proven;
            (_newest, _newestAt) = (sequence, at);
        }
    }

    /// <summary>The stream is at <paramref name="sequence"/> now.</summary>
    public void Reached(long sequence)
    {
        if (!_pending || _first > sequence)
            return;
        Overdue = false;
        if (_newest > sequence)
            (_first, _firstAt, _firstProven) = (_newest, _newestAt, _nextProven);
        else
            _pending = false;
    }

    /// <param name="evidence">All that was published up to this time has been delivered or is lost, UTC.</param>
    public void Check(DateTimeOffset evidence, TimeSpan grace)
    {
        if (_pending && evidence - _firstAt >= grace)
            Overdue = true;
    }

    public void Clear() => (_pending, Overdue) = (false, false);

    public void Write(StateWriter writer)
    {
        writer.Bool(_pending);
        if (!_pending)
            return;
        writer.Bool(Overdue);
        writer.Signed(_first);
        writer.Time(_firstAt);
        writer.Signed(_newest);
        writer.Time(_newestAt);
    }

    public void Read(ref StateReader reader)
    {
        Clear();
        if (!reader.Bool())
            return;
        _pending = true;
        Overdue = reader.Bool();
        (_first, _firstAt, _newest, _newestAt) = (reader.Signed(), reader.Time(), reader.Signed(), reader.Time());
        // An older state does not say: nothing is vouched for until the digest is covered.
        (_firstProven, _nextProven) = (DateTimeOffset.MinValue, DateTimeOffset.MinValue);
    }

    /// <summary>What came after the first form of the state: its fields are written behind all others.</summary>
    public void WriteLater(StateWriter writer)
    {
        if (!_pending)
            return;
        writer.Time(_firstProven);
        writer.Time(_nextProven);
    }

    /// <inheritdoc cref="WriteLater"/>
    public void ReadLater(ref StateReader reader)
    {
        if (_pending)
            (_firstProven, _nextProven) = (reader.Time(), reader.Time());
    }
}
