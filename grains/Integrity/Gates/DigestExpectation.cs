using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Gates;

/// <summary>
/// What digests say must still come. A digest is ahead of the events that it summarises for a moment; when they have not come
/// after a grace, by the record times of what came since, they are lost, were they the last ones ever.
/// </summary>
/// <remarks>Two digests are remembered, the oldest that is not covered yet and the newest: bounded, and late by two graces at most.</remarks>
public sealed class DigestExpectation
{
    private long _first;
    private DateTimeOffset _firstAt;
    private long _newest;
    private DateTimeOffset _newestAt;
    private bool _pending;

    /// <summary>The grace is over and the events have not come.</summary>
    public bool Overdue { get; private set; }

    /// <summary>The sequence that must be reached next; none where all digests are covered.</summary>
    public long? Pending => _pending ? _first : null;

    /// <summary>When the connector received the digest that announced it, UTC.</summary>
    public DateTimeOffset? PendingSince => _pending ? _firstAt : null;

    /// <param name="at">When the connector received the digest, UTC.</param>
    public void Expect(long sequence, DateTimeOffset at)
    {
        if (!_pending)
            (_pending, _first, _firstAt, _newest, _newestAt) = (true, sequence, at, sequence, at);
        else if (sequence > _newest)
            (_newest, _newestAt) = (sequence, at);
    }

    /// <summary>The stream is at <paramref name="sequence"/> now.</summary>
    public void Reached(long sequence)
    {
        if (!_pending || _first > sequence)
            return;
        Overdue = false;
        if (_newest > sequence)
            (_first, _firstAt) = (_newest, _newestAt);
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
    }
}
