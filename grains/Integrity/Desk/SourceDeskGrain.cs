using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Grains.Integrity.Desk;

/// <inheritdoc cref="ISourceDeskGrain"/>
public sealed class SourceDeskGrain(TimeProvider time) : Grain, ISourceDeskGrain
{
    /// <summary>A connector asks about every second; one that has not for so long has no link.</summary>
    private static readonly TimeSpan SignedInFor = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    private TaskCompletionSource _came = NewSignal();
    private DateTimeOffset? _takenAt;
    private int _taking;

    public async ValueTask<DeskOutcome> Ask(DeskRequest request, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(request);
        var until = time.GetUtcNow() + (wait < LongestWait ? wait : LongestWait);
        if (!_waiting.TryGetValue(request.Id, out var waiting))
        {
            if (_taking == 0 && !(time.GetUtcNow() - _takenAt < SignedInFor))
                return new DeskOutcome { Answered = false, Reason = $"no connector of '{this.GetPrimaryKeyString()}' is there", RetryAfter = SignedInFor };
            _waiting[request.Id] = waiting = new Waiting(request);
            Came();
        }
        var left = until - time.GetUtcNow();
        if (left > TimeSpan.Zero)
            await Task.WhenAny(waiting.Ended.Task.OnThisTurn(), Task.Delay(left, time));
        _waiting.Remove(request.Id);
        if (waiting.Outcome is { } outcome)
            return outcome;
        return waiting.Taken
            ? new DeskOutcome { Answered = false, Reason = "the connector did not say in time how it ended", Unknown = true }
            : new DeskOutcome { Answered = false, Reason = "no connector took it in time" };
    }

    public async ValueTask<ImmutableArray<DeskRequest>> Take(TimeSpan wait)
    {
        _taking++;
        try
        {
            if (!_waiting.Values.Any(waiting => !waiting.Taken) && wait > TimeSpan.Zero)
                await Task.WhenAny(_came.Task.OnThisTurn(), Task.Delay(wait < LongestWait ? wait : LongestWait, time));
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
    }
}
