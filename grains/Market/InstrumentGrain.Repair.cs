using Orleans.Runtime;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;

namespace StreamForge.Grains.Market;

/// <content>Time, and requests to the source.</content>
public sealed partial class InstrumentGrain
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
        if (_busy is not null && !ReferenceEquals(_core.State, state.State))
            return ValueTask.FromResult(false);
        // A quiet one learns of the loss by this, and asks.
        Settle();
        return ValueTask.FromResult(_core.IsPast(topic, loss));
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
        if (_lost || _busy is not null && !ReferenceEquals(_core.State, state.State))
            return;
        _core.Tick(FeedOf(Topics.MarketDepth).Watermark, FeedOf(Topics.MarketTrades).Watermark, clock.GetUtcNow());
        Settle();
    }

    /// <summary>Ticks while something is missing, or somebody follows and wants to hear when an answer becomes stale.</summary>
    private void KeepTime(DateTimeOffset now)
    {
        var needed = _core.NeedsTicks || now < _watchedUntil;
        if (needed == _ticking)
            return;
        _ticking = needed;
        var period = needed ? _options.Tick : Timeout.InfiniteTimeSpan;
        _timer?.Change(period, period);
    }

    /// <summary>Asks the source; never awaited by a call, so that neither ingest nor reads wait for a source.</summary>
    private async Task Repair(InstrumentCore core, RepairRequest request)
    {
        meter.RepairRequested(_key, request.Kind);
        var outcome = await Ask(core, request);
        if (!outcome.Answered && !_stopping.IsCancellationRequested)
        {
            meter.RepairFailed(_key, request.Kind);
            Log.RepairFailed(logger, _key, request.Id, request.Kind, outcome.Reason);
        }

        core.RepairEnded(request, outcome, clock.GetUtcNow());
        if (ReferenceEquals(core, _core) && !_stopping.IsCancellationRequested)
            Settle();
    }

    private async Task<RepairOutcome> Ask(InstrumentCore core, RepairRequest request)
    {
        using var deadline = new CancellationTokenSource(core.RepairDeadline(request.Kind), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
        try
        {
            return await repairs.Request(request, either.Token);
        }
        catch (OperationCanceledException)
        {
            return new RepairOutcome(false, "it took too long");
        }
        catch (Exception e)
        {
            Log.RepairBroke(logger, _key, e);
            return new RepairOutcome(false, e.Message);
        }
    }
}
