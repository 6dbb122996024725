namespace StreamForge.Sources.Connectors;

/// <summary>
/// What is known of one connection's link, as plain rules. A ping that was answered proves that all the venue sent before it answered
/// has been received, so that all published up to the *sending* of the ping is here; it counts once the frames received
/// before the answer are acknowledged by the sink.
/// </summary>
internal sealed class LinkWatch(TimeSpan silenceTimeout)
{
    private const int MaxOpen = 64;

    private readonly Lock _lock = new();
    private readonly Queue<(long Id, DateTimeOffset SentAt, bool Confirmed)> _asked = new();
    private readonly Queue<(DateTimeOffset Through, long Needs)> _proofs = new();
    private DateTimeOffset? _through;
    private DateTimeOffset _lastSign;
    private string? _down = "not connected yet";
    private bool _proven;
    private bool _blocked;
    private long _lastId;

    /// <summary>A new connection stands; nothing is proven on it yet.</summary>
    public void Opened(DateTimeOffset now)
    {
        lock (_lock)
        {
            _down = null;
            _proven = false;
            _blocked = false;
            _lastSign = now;
            _asked.Clear();
        }
    }

    /// <summary>The connection is gone. Proofs that wait for the sink stay: what they prove was received.</summary>
    public void Closed(string reason)
    {
        lock (_lock)
            _down ??= reason;
    }

    /// <summary>A frame came.</summary>
    public void Received(DateTimeOffset now)
    {
        lock (_lock)
            _lastSign = now;
    }

    /// <summary>We do not read, because the sink is behind: silence is our own.</summary>
    public void Blocked(bool blocked, DateTimeOffset now)
    {
        lock (_lock)
        {
            _blocked = blocked;
            _lastSign = now;
        }
    }

    /// <summary>A ping is about to be sent.</summary>
    /// <param name="confirmed">Whether all subscriptions stand: else silence proves nothing, and the answer is no proof.</param>
    /// <returns>Its id.</returns>
    public long Ask(DateTimeOffset now, bool confirmed)
    {
        lock (_lock)
        {
            if (_asked.Count == MaxOpen)
                _asked.Dequeue();
            _asked.Enqueue((++_lastId, now, confirmed));
            return _lastId;
        }
    }

    /// <summary>A ping was answered.</summary>
    /// <param name="needs">The number of the frame received last before the answer: it must be acknowledged first.</param>
    public void Answered(long id, long needs)
    {
        lock (_lock)
        {
            while (_asked.TryPeek(out var first) && first.Id <= id)
            {
                _asked.Dequeue();
                if (first.Id != id || !first.Confirmed)
                    continue;
                _proofs.Enqueue((first.SentAt, needs));
                _proven = true;
            }
        }
    }

    /// <summary>Whether the link has said nothing for too long.</summary>
    public bool IsSilent(DateTimeOffset now)
    {
        lock (_lock)
            return _down is null && !_blocked && now - _lastSign > silenceTimeout;
    }

    /// <summary>How the link stands.</summary>
    /// <param name="acknowledged">The number of the last frame up to which all are durable.</param>
    /// <param name="missing">What is not confirmed; none where all is.</param>
    public LinkReport Report(DateTimeOffset now, long acknowledged, string? missing)
    {
        lock (_lock)
        {
            while (_proofs.TryPeek(out var proof) && proof.Needs <= acknowledged)
            {
                _proofs.Dequeue();
                if (!(proof.Through < _through))
                    _through = proof.Through;
            }
            var reason = _down
                ?? missing
                ?? (now - _lastSign > silenceTimeout && !_blocked ? "the link is silent" : null)
                ?? (_proven ? null : "no ping was answered yet");
            return new LinkReport(_through, reason is null, reason);
        }
    }
}

/// <param name="Through">All that the venue published up to here is durable in the raw topic; none if that was never proven.</param>
/// <param name="Up">The link stands and all subscriptions are confirmed.</param>
/// <param name="Reason">Why not.</param>
internal readonly record struct LinkReport(DateTimeOffset? Through, bool Up, string? Reason);
