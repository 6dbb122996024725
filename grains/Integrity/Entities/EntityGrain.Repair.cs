using Orleans.Runtime;
using StreamForge.Contracts.Streams;

namespace StreamForge.Grains.Integrity.Entities;

/// <content>Time, and requests to the source.</content>
public abstract partial class EntityGrain<TState, TCore>
{
    private static readonly TimeSpan WatchedFor = TimeSpan.FromSeconds(30);

    private IGrainTimer? _timer;
    private bool _ticking;
    private DateTimeOffset _watchedUntil;
    private long _toldVersion;

    /// <inheritdoc/>
    public ValueTask<bool> IsPast(string topic, FeedLoss loss)
    {
        ThrowIfLost();
        // A load replaces the core: asked again, the new one answers.
        if (IsReloading)
            return ValueTask.FromResult(false);
        // A quiet one learns of the loss by this, and asks.
        Settle();
        return ValueTask.FromResult(Core.IsPast(topic, loss));
    }

    /// <summary>Somebody follows, and wants to hear when an answer becomes stale.</summary>
    protected void Watched(DateTimeOffset now)
    {
        _watchedUntil = now + WatchedFor;
        KeepTime(now);
    }

    private void StartTimer() => _timer = this.RegisterGrainTimer(
        _ =>
        {
            Tick();
            return Task.CompletedTask;
        },
        new GrainTimerCreationOptions
        {
            DueTime = Timeout.InfiniteTimeSpan,
            Period = Timeout.InfiniteTimeSpan,
            Interleave = true,
        });

    private void Tick()
    {
        // A load replaces the core: what it says of itself then is enough.
        if (_lost || IsReloading)
            return;
        Core.Tick(_feedOf, Now);
        Settle();
    }

    /// <summary>Ticks while something is missing, or somebody follows.</summary>
    private void KeepTime(DateTimeOffset now)
    {
        var needed = Core.NeedsTicks || now < _watchedUntil;
        if (needed == _ticking)
            return;
        _ticking = needed;
        var period = needed ? TickEvery : Timeout.InfiniteTimeSpan;
        _timer?.Change(period, period);
    }

    /// <summary>Asks the source; never awaited by a call, so that neither ingest nor reads wait for a source.</summary>
    private async Task Repair(TCore core, RepairRequest request)
    {
        ports.Meter.RepairRequested(Key, request.Kind);
        var outcome = await Ask(core, request);
        if (!outcome.Answered && !_stopping.IsCancellationRequested)
        {
            ports.Meter.RepairFailed(Key, request.Kind);
            EntityLog.RepairFailed(logger, Key, request.Id, request.Kind, outcome.Reason);
        }

        core.RepairEnded(request, outcome, Now);
        if (ReferenceEquals(core, Core) && !_stopping.IsCancellationRequested)
            Settle();
    }

    private async Task<RepairOutcome> Ask(TCore core, RepairRequest request)
    {
        using var deadline = new CancellationTokenSource(core.RepairDeadline(request), ports.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
        try
        {
            return await ports.Repairs.Request(request, either.Token);
        }
        catch (OperationCanceledException)
        {
            return new RepairOutcome(false, "it took too long");
        }
        catch (Exception e)
        {
            EntityLog.RepairBroke(logger, Key, e);
            return new RepairOutcome(false, e.Message);
        }
    }
}
