using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market;

/// <summary>
/// The shell of <see cref="InstrumentCore"/>: carries calls in and effects out. See <see cref="IInstrumentGrain"/> for what it
/// promises.
/// </summary>
public sealed partial class InstrumentGrain(
    [PersistentState(InstrumentGrain.StateName, "checkpoint")] IPersistentState<InstrumentState> state,
    IOptions<MarketOptions> options,
    IStateDirectory directory,
    IFeedStandings standings,
    IRepairPort repairs,
    IIntegrityMeter meter,
    IIdSource ids,
    TimeProvider clock,
    ILogger<InstrumentGrain> logger) : Grain, IInstrumentGrain, IDisposable
{
    /// <summary>The kind of the rows that instruments are stored in.</summary>
    public const string StateName = "instrument";

    private readonly MarketOptions _options = options.Value;
    private readonly Waiters _waiters = new(clock);
    private readonly CancellationTokenSource _stopping = new();
    private InstrumentCore _core = null!;
    private string _key = "";
    // Grows with every load: a call that began before one must not mistake the marks of after it for its own.
    private int _load;
    private bool _lost;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _key = this.GetPrimaryKeyString();
        StartTimer();
        Load();
        // At once where it was not stored under the present assignment, so that the first answer can be a good one.
        CompareWhereDoubted(clock.GetUtcNow());
        if (_comparing is { } comparing)
            await comparing;
        Settle();
        await base.OnActivateAsync(cancellationToken);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // Not CancelAsync: that goes on elsewhere than on this turn.
        _stopping.Cancel();
        _waiters.Wake();
        TellGaps(null, null);
        if (!_lost && state.State.Changes > _durableChanges)
            await FlushBeforeEnd(cancellationToken);
        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();

    public async ValueTask<IngestResult> Ingest(IngestBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var span = RecordTracing.Ingest(_key, batch);
        ThrowIfLost();
        // What is being compared may be read again: nothing is applied to memory that is about to go.
        if (_comparing is { IsCompleted: false } comparing)
            await comparing;
        if (_core.IsNewEpoch(batch))
            await CheckStored();
        var result = _core.Ingest(batch, clock.GetUtcNow(), ProvenBefore(batch));
        if (result.Outcome == IngestOutcome.Behind)
        {
            // Perhaps it is only this memory that is behind, and what is stored is not.
            await CheckStored();
            result = _core.Ingest(batch, clock.GetUtcNow(), ProvenBefore(batch));
        }

        Settle();
        return result;
    }

    /// <summary>The pump counts what it delivers as applied only when it is told so: its watermark is from before.</summary>
    private DateTimeOffset? ProvenBefore(IngestBatch batch) =>
        standings.Of(batch.Topic, batch.Partition, _key, _core.State.Venue).Watermark;

    /// <summary>Makes the core of what is stored; what was in memory is gone.</summary>
    private void Load()
    {
        var loaded = state.State;
        if (state.RecordExists && loaded.Instrument != _key)
            throw new InvalidDataException($"The row of {_key} holds the state of {loaded.Instrument}.");
        loaded.Instrument = _key;
        // Versions that were shown and not stored must not come back with other content: the clock takes them past.
        var version = Math.Max(loaded.Version + 1, clock.GetUtcNow().ToUnixTimeMilliseconds() << 10);
        _core = new InstrumentCore(loaded, _options, ids, version);
        _durable = state.RecordExists ? loaded.Feeds.Capture() : [];
        _durableChanges = loaded.Changes;
        _load++;
        TellGaps(_core.DepthGap?.OpenedAt, _core.TradeGap?.OpenedAt);
        _waiters.Wake();
    }

    private void TellGaps(DateTimeOffset? depth, DateTimeOffset? trades)
    {
        meter.GapStands(_key, "depth", depth);
        meter.GapStands(_key, "trades", trades);
    }

    /// <summary>Carries out what the core's last step asks for.</summary>
    private void Settle()
    {
        var now = clock.GetUtcNow();
        Observe(now);
        var changes = _core.TakeGapChanges();
        foreach (var change in changes)
            if (change.Open is { } open)
                meter.GapClosed(_key, change.Stream, open);
            else
                meter.GapOpened(_key, change.Stream);
        // What is carried out after the end is not this activation's to tell any more.
        if (changes.Count > 0 && !_stopping.IsCancellationRequested)
            TellGaps(_core.DepthGap?.OpenedAt, _core.TradeGap?.OpenedAt);
        while (_core.NextRepair(now) is { } request)
            _ = Repair(_core, request);
        KeepTime(now);
    }

    private static partial class Log
    {
        [LoggerMessage(6, LogLevel.Warning, "{Instrument}: memory could not be compared to what is stored: {Reason}")]
        public static partial void NotCompared(ILogger logger, string instrument, string reason);

        [LoggerMessage(1, LogLevel.Information, "{Instrument}: what is stored is not what is in memory; reading it again")]
        public static partial void Reloading(ILogger logger, string instrument);

        [LoggerMessage(2, LogLevel.Warning, "{Instrument}: another activation wrote its state; this one discards its memory")]
        public static partial void Lost(ILogger logger, string instrument);

        [LoggerMessage(3, LogLevel.Warning, "{Instrument}: could not be flushed at its end; the log will be read again")]
        public static partial void EndedUnflushed(ILogger logger, string instrument, Exception error);

        [LoggerMessage(4, LogLevel.Error, "{Instrument}: the repair port failed, which it must not")]
        public static partial void RepairBroke(ILogger logger, string instrument, Exception error);

        [LoggerMessage(5, LogLevel.Information, "{Instrument}: repair {RepairId} ({Kind}) was not answered: {Reason}")]
        public static partial void RepairFailed(ILogger logger, string instrument, string repairId, RepairKind kind, string? reason);
    }
}
