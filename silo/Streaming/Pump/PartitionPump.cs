using Microsoft.Extensions.Logging;
using StreamForge.Grains.Scheduling;
using StreamForge.Silo.Storage;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// Reads one assigned partition from its low-water mark, hands the records to a stage, and from time to time stores and
/// commits how far all their effects are durable. What the records do is the subclass's.
/// </summary>
/// <remarks>
/// All of it runs on one task scheduler that runs one thing at a time, so that there are no locks and a simulator decides the
/// order. Awaits therefore never leave the scheduler.
/// </remarks>
internal abstract partial class PartitionPump : IDisposable
{
    // Fewer records than this that are left behind a batch are no backlog: they came while it was read.
    private const int Backlog = 200;

    private readonly IAssignedPartition _partition;
    private readonly PumpServices _services;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting = new();
    private CancellationTokenSource _reading = new();
    private Task _look = Task.CompletedTask;
    private bool _lossUnstored;
    private readonly RecentRate _rate;
    private long _stored;

    protected PartitionPump(IAssignedPartition partition, PumpServices services)
    {
        _partition = partition;
        _services = services;
        _times = new RecordTimes(() => AppliedMark);
        _rate = new RecentRate(services.Time);
    }

    public TopicPartition Partition => _partition.Partition;

    /// <summary>Completes when the pump has ended; never faults.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Who runs it, for operators.</summary>
    public string Owner => _services.Owner;

    /// <summary>The epoch of this assignment; 0 until it is acquired.</summary>
    public long Epoch { get; private set; }

    /// <summary>The end of the log as last seen.</summary>
    public long LogEnd { get; private set; }

    /// <summary>The low-water mark stored last.</summary>
    public long StoredLowWater => Volatile.Read(ref _stored);

    /// <summary>It ended since another owner took the partition over.</summary>
    public bool IsFenced { get; private set; }

    /// <summary>Why the whole partition does not go on for now; none while it does.</summary>
    public string? StallReason { get; private set; }

    public WatermarkHistory Watermarks { get; } = new();

    /// <summary>Events that were done with a second, over the last ten. Any thread.</summary>
    public double Rate => _rate.PerSecond;

    public abstract long ReadPosition { get; }

    /// <summary>Below it all is applied.</summary>
    public abstract long AppliedMark { get; }

    protected PumpServices Services => _services;

    protected PumpOptions Options => _services.Options;

    protected TimeProvider Time => _services.Time;

    public Guid LogId => _partition.LogId;

    /// <summary>Fired when room was made, or something ended.</summary>
    protected Pulse Changed { get; } = new();

    /// <summary>Cancelled when nothing of this pump may go on any more.</summary>
    protected CancellationToken Aborting => _aborting.Token;

    /// <summary>The pump is asked to stop: what it does now keeps somebody waiting.</summary>
    protected bool Ending => _stopping.IsCancellationRequested;

    /// <summary>No new work is begun: the pump is about to go back or to end.</summary>
    protected bool Halting => _rewind || _aborting.IsCancellationRequested;

    /// <summary>Below it all is durable.</summary>
    protected abstract long LowWater { get; }

    /// <summary>Whether the next batch fits into memory. May make room.</summary>
    protected abstract bool HasRoom { get; }

    /// <summary>Whether nothing is in flight.</summary>
    protected abstract bool Idle { get; }

    /// <summary>Whether all that was read is applied.</summary>
    protected abstract bool Drained { get; }

    /// <summary>The pump has ended: what it read and was not done with is somebody else's, and counts as never read.</summary>
    protected abstract void Forget();

    /// <summary>Begins (again) at <paramref name="position"/>, with nothing read.</summary>
    protected abstract ValueTask Begin(long position);

    /// <summary>What is known of keys does not count any more: storage was set back.</summary>
    protected virtual void ForgetKeys()
    {
    }

    /// <summary>So many events are done with, whatever became of them.</summary>
    protected void CountDone(int events) => _rate.Count(events);

    /// <summary>Takes a batch that was read.</summary>
    protected abstract void Take(IReadOnlyList<LogRecord> records);

    /// <summary>Makes what was applied durable, as far as it goes.</summary>
    /// <returns>Bytes written.</returns>
    protected abstract Task<long> MakeDurable();

    /// <summary>Starts the pump on <paramref name="scheduler"/>, which runs one thing at a time.</summary>
    public void Start(TaskScheduler scheduler) =>
        Completion = Task.Factory
            .StartNew(Run, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler)
            .Unwrap();

    /// <summary>Drains for a bounded time, makes durable, stores, commits, and ends.</summary>
    public async Task Stop(CancellationToken deadline)
    {
        using (deadline.Register(Abort))
        {
            _stopping.Cancel();
            await Completion;
        }
    }

    /// <summary>Ends at once and commits nothing: the partition is not ours any more.</summary>
    public void Abort()
    {
        _stopping.Cancel();
        _aborting.Cancel();
    }

    /// <summary>To be called after <see cref="Completion"/>.</summary>
    public void Dispose()
    {
        _stopping.Dispose();
        _aborting.Dispose();
        _reading.Dispose();
    }

    private async Task Run()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                try
                {
                    await RunOnce();
                }
                catch (Exception error) when (error is not OperationCanceledException and not FencedException)
                {
                    // What got here is not for retrying in place (a log set back, a defect): the partition begins anew under
                    // a new epoch, after a pause, and is shown as stalled. The other partitions go on.
                    StallReason = error.Message;
                    Log.Failed(_services.Logger, error, Partition, Epoch);
                    await Task.Delay(Options.BackoffMax, Time, _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Asked to end while it waited for something.
        }
        catch (FencedException fenced)
        {
            EndFenced(fenced);
        }
        finally
        {
            // Not CancelAsync, here as elsewhere: its callbacks run on the thread pool.
            _stopping.Cancel();
            _aborting.Cancel();
            Forget();
            Log.Stopped(_services.Logger, Partition, Epoch);
        }
    }

    private async Task RunOnce()
    {
        var row = await Retry("the partition's row", () => _services.Partitions.Acquire(Key, _services.Owner, Aborting));
        Epoch = row.Epoch;
        if (_services.Pauses is { } board)
            await Retry("what operators have paused", async () =>
            {
                await board.Refresh(Aborting);
                return true;
            });
        // Those of the assignment are old where it was read on since: before this pump began anew, or by somebody who took it over.
        var bounds = row.LowWater <= _partition.Bounds.End
            ? _partition.Bounds
            : await Retry("the log's end", () => _services.EventLog.Bounds(Partition, Aborting));
        var start = StartRule.Decide(row, _partition.Committed, bounds);
        (_stored, _storedAt, _storageDoubted) = (row.LowWater, Time.GetTimestamp(), false);
        NoteCheckpoint();
        LogEnd = bounds.End;
        // After a failure it begins anew further back: what was read beyond vouches for nothing.
        Watermarks.TruncateTo(start.Offset);
        (Loss, _lossUnstored) = (row.Loss, false);
        await Begin(start.Offset);
        if (start.Loss is { } loss)
            Lose(loss);
        else if (row.Loss is { } known)
            Lost(known);
        else if (row.LowWater == 0 && await WasAnotherLog())
            // What of the new log went before it was read is part of it.
            Lose(new LossRange(row.LowWater, start.Offset));
        Seek(start.Offset);
        Log.Started(_services.Logger, Partition, Epoch, start.Offset);

        using var running = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var checkpoints = Checkpoints(running.Token);
        var pauses = _services.Pauses is { } heeded ? FollowPauses(heeded, running.Token) : Task.CompletedTask;
        try
        {
            await ReadUntilStopped();
            await Drain();
        }
        finally
        {
            _services.Schedulers.EndTurn(this);
            running.Cancel();
            await checkpoints;
            await pauses;
        }
        if (!_aborting.IsCancellationRequested)
            await Checkpoint();
    }

    private async Task ReadUntilStopped()
    {
        while (!_stopping.IsCancellationRequested)
        {
            if (_rewind)
            {
                await GoBack();
                continue;
            }
            if (Paused || _reading.IsCancellationRequested)
            {
                await WhilePaused();
                continue;
            }
            if (!HasRoom)
            {
                // Also by the clock: a lane becomes stuck by time passing, not by an event. One timer at a time, however often.
                if (_look.IsCompleted)
                    _look = Task.Delay(Options.LeaveAfter, Time, _stopping.Token).OnThisTurn();
                await Task.WhenAny(Changed.Next.OnThisTurn(), _look);
                continue;
            }
            try
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, _reading.Token);
                var batch = await _partition.Read(Options.ReadBytes, either.Token);
                if (batch.Records is [.., var last] && batch.End - last.Offset > Backlog)
                    await _services.Schedulers.Turn(this);
                else
                    _services.Schedulers.EndTurn(this);
                if (_rewind || Paused || _stopping.IsCancellationRequested)
                    continue;
                LogEnd = batch.End;
                StallReason = null;
                _times.Add(batch.Records);
                Take(batch.Records);
            }
            catch (OperationCanceledException) when (_reading.IsCancellationRequested || _stopping.IsCancellationRequested)
            {
                // Asked to go back, to pause or to stop: the loop's head sees to it.
            }
            catch (OperationCanceledException)
            {
                // The log took the partition away under the reader; whoever is told of it comes later.
                Abort();
            }
            catch (OffsetOutOfRangeException gone) when (gone.Offset < gone.Bounds.Start)
            {
                Lose(new LossRange(gone.Offset, gone.Bounds.Start));
                Seek(gone.Bounds.Start);
            }
            catch (EventLogException error) when (error is not OffsetOutOfRangeException)
            {
                StallReason = error.Message;
                Log.ReadFailed(_services.Logger, error, Partition);
                await Task.Delay(Options.BackoffMax, Time, _stopping.Token);
            }
        }
    }

    private async Task Drain()
    {
        using var deadline = new CancellationTokenSource(Options.DrainTimeout, Time);
        await using var _ = deadline.Token.Register(Changed.Fire);
        while (!Drained && !(Paused && Idle) && !_rewind && !deadline.IsCancellationRequested && !_aborting.IsCancellationRequested)
            await Changed.Next;
    }

    private PartitionKey Key => new(_services.Group, Partition.Topic, LogId, Partition.Partition);
}
