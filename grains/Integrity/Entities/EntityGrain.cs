using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using StreamForge.Contracts.Streams;

namespace StreamForge.Grains.Integrity.Entities;

/// <summary>
/// The shell of an <see cref="EntityCore"/>: carries calls in and effects out, and keeps memory honest: it is what is stored, or
/// newer, and what was applied becomes durable. See <see cref="IIngestGrain"/> for what it promises.
/// </summary>
/// <param name="state">The entity's row.</param>
/// <param name="ports">What it asks of the process.</param>
/// <param name="logger">Where it says what went wrong.</param>
public abstract partial class EntityGrain<TState, TCore>(
    IPersistentState<TState> state, EntityPorts ports, ILogger logger) : Grain, IIngestGrain, IDisposable
    where TState : EntityState
    where TCore : EntityCore
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Waiters _waiters = new(ports.Clock);
    private FeedOf _feedOf = null!;
    // What the core is made of: while it is read again, the row is another one already.
    private TState _loaded = null!;
    // Grows with every load: a call that began before one must not mistake the marks of after it for its own.
    private int _load;
    private bool _lost;

    /// <summary>The grain's key.</summary>
    protected string Key { get; private set; } = "";

    protected TCore Core { get; private set; } = null!;

    protected DateTimeOffset Now => ports.Clock.GetUtcNow();

    /// <summary>The topics that feed the entity, in a fixed order.</summary>
    protected abstract ImmutableArray<string> FedBy { get; }

    /// <summary>How often time passes while something is missing.</summary>
    protected abstract TimeSpan TickEvery { get; }

    /// <summary>The kind of the rows that the entity is stored in.</summary>
    protected abstract string Kind { get; }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Key = this.GetPrimaryKeyString();
        _feedOf = Feed;
        StartTimer();
        Load();
        // At once where it was not stored under the present assignment, so that the first answer can be a good one.
        CompareWhereDoubted(Now);
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
        TellGaps(open: false);
        if (!_lost && state.State.Changes > _durableChanges)
            await FlushBeforeEnd(cancellationToken);
        await base.OnDeactivateAsync(reason, cancellationToken);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    public async ValueTask<IngestResult> Ingest(IngestBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var span = RecordTracing.Ingest(Key, batch);
        ThrowIfLost();
        await MakeRoom();
        // What is being compared may be read again: nothing is applied to memory that is about to go.
        if (_comparing is { IsCompleted: false } comparing)
            await comparing;
        if (Core.IsNewEpoch(batch))
            await CheckStored();
        var result = Core.Ingest(batch, Now, ProvenBefore(batch));
        if (result.Outcome is IngestOutcome.Behind or IngestOutcome.Fenced)
        {
            // Perhaps it is only this memory that is behind, and what is stored is not; or it knows an epoch that storage, set back, does not.
            await CheckStored();
            result = Core.Ingest(batch, Now, ProvenBefore(batch));
        }

        Settle();
        return result;
    }

    /// <summary>The source of a topic's events, whose watermark counts.</summary>
    protected abstract string SourceOf(string topic);

    /// <summary>Makes the core of what is stored.</summary>
    /// <param name="loaded">What is stored, or new.</param>
    /// <param name="version">Where versions go on: above all that were ever shown.</param>
    protected abstract TCore CoreOf(TState loaded, long version);

    /// <summary>What the entity forwards to other grains becomes durable there, before the positions that it follows from are written.</summary>
    protected abstract Task Forward();

    /// <summary>Called before records are taken in: who holds too much that is not yet durable makes it so first.</summary>
    protected virtual ValueTask MakeRoom() => ValueTask.CompletedTask;

    /// <summary>Judges freshness by what the pumps know now, and wakes those who wait where anything has changed since.</summary>
    protected void Observe(DateTimeOffset now)
    {
        CompareWhereDoubted(now);
        Core.Observe(_feedOf, now);
        if (Core.ShownVersion == _toldVersion)
            return;
        _toldVersion = Core.ShownVersion;
        _waiters.Wake();
    }

    /// <summary>Waits for the next change that readers want to hear of, or for so long.</summary>
    protected Task Changed(TimeSpan wait) => _waiters.Wait(wait);

    /// <summary>The pump counts what it delivers as applied only when it is told so: its watermark is from before.</summary>
    private DateTimeOffset? ProvenBefore(IngestBatch batch) =>
        ports.Standings.Of(batch.Topic, batch.Partition, Key, SourceOf(batch.Topic)).Watermark;

    /// <summary>Makes the core of what is stored; what was in memory is gone.</summary>
    private void Load()
    {
        var loaded = state.State;
        if (state.RecordExists && loaded.Key != Key)
            throw new InvalidDataException($"The row of {Key} holds the state of {loaded.Key}.");
        loaded.Key = Key;
        // Versions that were shown and not stored must not come back with other content: the clock takes them past.
        var version = Math.Max(loaded.Version + 1, Now.ToUnixTimeMilliseconds() << 10);
        (_loaded, Core) = (loaded, CoreOf(loaded, version));
        _durable = state.RecordExists ? loaded.Feeds.Capture() : [];
        _durableChanges = loaded.Changes;
        _load++;
        TellGaps(open: true);
        _waiters.Wake();
    }

    private void TellGaps(bool open)
    {
        foreach (var (stream, gap) in Core.Gaps())
            ports.Meter.GapStands(Key, stream, open ? gap?.OpenedAt : null);
    }

    /// <summary>Carries out what the core's last step asks for.</summary>
    private void Settle()
    {
        var now = Now;
        Observe(now);
        var changes = Core.TakeGapChanges();
        foreach (var change in changes)
            if (change.Open is { } open)
                ports.Meter.GapClosed(Key, change.Stream, open);
            else
                ports.Meter.GapOpened(Key, change.Stream);
        // What is carried out after the end is not this activation's to tell any more.
        if (changes.Count > 0 && !_stopping.IsCancellationRequested)
            TellGaps(open: true);
        while (Core.NextRepair(now) is { } request)
            _ = Repair(Core, request);
        KeepTime(now);
    }
}
