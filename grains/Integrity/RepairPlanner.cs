using System.ComponentModel.DataAnnotations;

namespace StreamForge.Grains.Integrity;

/// <summary>What of a stream must be asked for.</summary>
/// <param name="Since">When it was noticed, by the grain's clock, UTC.</param>
public readonly record struct RepairNeed(RepairKind Kind, long? From, long? To, DateTimeOffset Since);

/// <summary>When repairs are asked for, and again.</summary>
public sealed record RepairPacing
{
    /// <summary>How long a gap may close by itself before the source is asked; where events come reordered. Zero to 1 min; 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Grace { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long one request may take in all, waiting for a permit included. 1 s to 10 min; 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an answer that stands in the log may take to reach the entity before it is asked for again. 100 ms to 10 min; 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The delay after the first failure; it doubles with each. 10 ms to 1 min; 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan BackoffFirst { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest delay. 10 ms to 1 h; 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan BackoffMost { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// Decides when to ask the source for what a stream misses: one request at a time, again after a failure with backoff and
/// jitter, and again when an answer does not arrive or did not close the gap. Nothing of it is stored: after an activation an
/// open gap is simply asked for again.
/// </summary>
public sealed class RepairPlanner
{
    private enum Phase
    {
        Idle,
        Asking,
        AwaitingAnswer,
    }

    private Phase _phase;
    private RepairNeed? _need;
    private string? _id;
    private DateTimeOffset _until;
    private DateTimeOffset _notBefore;
    private int _failures;
    // The answer came through the log before the request itself was known to have ended.
    private bool? _arrived;

    public RepairPacing Pacing { get; set; } = new();

    /// <summary>Asked, and an answer may still come.</summary>
    public bool Repairing => _need is not null && _phase != Phase.Idle;

    /// <summary>Whether there is something to look after.</summary>
    public bool Active => _need is not null;

    /// <summary>What is missing now; none where nothing is.</summary>
    public void Need(RepairNeed? need)
    {
        if (need is null)
        {
            _failures = 0;
            _notBefore = default;
            // A request in flight is not forgotten: until it ends there must not be a second one.
            if (_phase == Phase.AwaitingAnswer)
                _phase = Phase.Idle;
        }

        _need = need;
    }

    /// <summary>What to ask for now, if anything; it counts as in flight from here on.</summary>
    /// <param name="newId">Gives the request its identity.</param>
    public (string Id, RepairNeed Need)? Due(DateTimeOffset now, Func<string> newId)
    {
        if (_phase != Phase.Idle && now >= _until)
            Fail(now, null, 0.5);
        if (_need is not { } need || _phase != Phase.Idle || now < need.Since + Pacing.Grace || now < _notBefore)
            return null;
        (_phase, _id, _until, _arrived) = (Phase.Asking, newId(), now + Pacing.Deadline, null);
        return (_id, need);
    }

    /// <summary>A request ended.</summary>
    /// <param name="jitter">In [0, 1).</param>
    public void Ended(string id, RepairOutcome outcome, DateTimeOffset now, double jitter)
    {
        if (_phase != Phase.Asking || id != _id)
            return;
        if (_arrived is { } enough)
            Close(enough, now, jitter);
        else if (outcome.Answered)
            (_phase, _until) = (Phase.AwaitingAnswer, now + Pacing.AnswerWithin);
        else
            Fail(now, outcome.RetryAfter, jitter);
    }

    /// <summary>The answer to a request was applied, or found not to be enough.</summary>
    public void Arrived(string id, bool enough, DateTimeOffset now, double jitter)
    {
        if (_phase == Phase.Idle || id != _id)
            return;
        if (_phase == Phase.Asking)
            _arrived = enough;
        else
            Close(enough, now, jitter);
    }

    private void Close(bool enough, DateTimeOffset now, double jitter)
    {
        if (enough)
            (_phase, _failures, _notBefore) = (Phase.Idle, 0, now);
        else
            Fail(now, null, jitter);
    }

    private void Fail(DateTimeOffset now, TimeSpan? retryAfter, double jitter)
    {
        _phase = Phase.Idle;
        var doubled = Pacing.BackoffFirst * Math.Pow(2, Math.Min(_failures++, 20));
        var backoff = doubled < Pacing.BackoffMost ? doubled : Pacing.BackoffMost;
        // Half of it is jitter, so that those who failed together do not come back together.
        backoff *= 0.5 + (jitter / 2);
        _notBefore = now + (retryAfter > backoff ? retryAfter.Value : backoff);
    }
}
