using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Grains.Integrity.Desk;

/// <inheritdoc cref="ISourceDeskGrain"/>
public sealed class SourceDeskGrain(TimeProvider time) : Grain, ISourceDeskGrain
{
    /// <summary>A connector takes about every second, and who asks does so as often: who has not for so long is gone.</summary>
    private static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    private TaskCompletionSource _came = NewSignal();
    private DateTimeOffset? _takenAt;
    private int _taking;

    public async ValueTask<DeskOutcome?> Ask(DeskRequest request, bool again, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(request);
        ForgetTheGone();
        if (!_waiting.TryGetValue(request.Id, out var waiting))
        {
            if (again)
                return new DeskOutcome { Answered = false, Reason = "the desk has lost the request", Unknown = true };
            if (!IsConnected)
                return new DeskOutcome { Answered = false, Reason = $"no connector of '{this.GetPrimaryKeyString()}' is there", RetryAfter = GoneAfter };
            _waiting[request.Id] = waiting = new Waiting(request);
            Came();
        }
        await WaitFor(waiting.Ended, wait);
        waiting.AskedAt = time.GetUtcNow();
        if (waiting.Outcome is { } outcome)
        {
            _waiting.Remove(request.Id);
            return outcome;
        }
        if (waiting.Taken || IsConnected)
            return null;
        _waiting.Remove(request.Id);
        return new DeskOutcome { Answered = false, Reason = "no connector took it in time" };
    }

    public async ValueTask<ImmutableArray<DeskRequest>> Take(TimeSpan wait)
    {
        _taking++;
        try
        {
            if (!_waiting.Values.Any(waiting => !waiting.Taken))
                await WaitFor(_came, wait);
            var taken = ImmutableArray.CreateBuilder<DeskRequest>();
            foreach (var waiting in _waiting.Values)
                if (!waiting.Taken)
                {
                    waiting.Taken = true;
                    taken.Add(waiting.Request);
                }
            return taken.ToImmutable();
        }
        finally
        {
            _taking--;
            _takenAt = time.GetUtcNow();
        }
    }

    public ValueTask Settle(string id, DeskOutcome outcome)
    {
        // Who asked may have given up: then nobody waits.
        if (_waiting.TryGetValue(id, out var waiting))
        {
            waiting.Outcome = outcome;
            waiting.Ended.TrySetResult();
        }
        return ValueTask.CompletedTask;
    }

    private bool IsConnected => _taking > 0 || time.GetUtcNow() - _takenAt < GoneAfter;

    private void ForgetTheGone()
    {
        var since = time.GetUtcNow() - GoneAfter;
        foreach (var id in _waiting.Where(pair => pair.Value.AskedAt < since).Select(pair => pair.Key).ToArray())
            _waiting.Remove(id);
    }

    private Task WaitFor(TaskCompletionSource signal, TimeSpan wait) => wait <= TimeSpan.Zero
        ? Task.CompletedTask
        : Task.WhenAny(signal.Task.OnThisTurn(), Task.Delay(wait < LongestWait ? wait : LongestWait, time));

    private void Came()
    {
        _came.TrySetResult();
        _came = NewSignal();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Waiting(DeskRequest request)
    {
        public DeskRequest Request { get; } = request;

        public TaskCompletionSource Ended { get; } = NewSignal();

        public DeskOutcome? Outcome { get; set; }

        public bool Taken { get; set; }

        /// <summary>When who asked was last heard; the greatest time before that.</summary>
        public DateTimeOffset AskedAt { get; set; } = DateTimeOffset.MaxValue;
    }
}
