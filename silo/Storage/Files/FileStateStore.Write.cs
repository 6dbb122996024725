using StreamForge.Grains.State;
using StreamForge.Silo.Files;

namespace StreamForge.Silo.Storage.Files;

public sealed partial class FileStateStore
{
    private List<RowChange> _pending = [];
    private long _pendingBytes;
    private bool _damaged;

    public ValueTask<WriteOutcome> Write(StateWrite write, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Validate(write.Key);
        if (write.Payload.Length > _options.MaxRowBytes)
            throw new ArgumentException($"{write.Key} has {write.Payload.Length} bytes, more than a row takes ({_options.MaxRowBytes}).", nameof(write));
        return Add(new RowChange(write.Key, write.ExpectedETag, write));
    }

    public ValueTask<WriteOutcome> Delete(StateKey key, string expectedETag, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Validate(key);
        return Add(new RowChange(key, expectedETag, null));
    }

    /// <summary>Decides and writes what has gathered, with one sync, and tells those who wait.</summary>
    async Task ICommitTarget.Commit()
    {
        List<RowChange> changes;
        lock (_lock)
        {
            (changes, _pending) = (_pending, []);
            _pendingBytes = 0;
        }

        var run = new RowRun();
        try
        {
            foreach (var change in changes)
                Decide(change, run);
            await MoveSlice(run);
            await Append(run);
        }
        catch (Exception e)
        {
            _damaged = true;
            AbandonSlice();
            FileStateStoreMessages.WriteFailed(_logger, e, changes.Count);
            foreach (var change in changes)
                change.Waiter.SetException(new StateStoreException($"{change.Key} could not be written: {e.Message}", e));
            return;
        }

        foreach (var change in changes)
            change.Waiter.SetResult(change.Outcome);
        await FinishSlice();
    }

    private static void Validate(StateKey key)
    {
        if (key.Kind.Length is 0 or > LongestKind)
            throw new ArgumentException($"'{key.Kind}' is no kind of state: it has 1 to {LongestKind} characters.", nameof(key));
        if (key.Id.Length is 0 or > LongestId)
            throw new ArgumentException($"'{key.Id}' is no id of state: it has 1 to {LongestId} characters.", nameof(key));
    }

    private ValueTask<WriteOutcome> Add(RowChange change)
    {
        bool isFirst;
        lock (_lock)
        {
            if (_closed)
                throw new StateStoreException("The store is closed.");
            if (_pendingBytes > _options.MaxPendingBytes)
                throw new StateStoreException($"More than {_options.MaxPendingBytes} bytes wait to be written: write less at once.");
            isFirst = _pending.Count == 0;
            _pending.Add(change);
            _pendingBytes += change.Write?.Payload.Length ?? 0;
        }

        if (isFirst)
            _committer.Enqueue(this);
        return new ValueTask<WriteOutcome>(change.Waiter.Task);
    }

    /// <summary>By the stored row, or by what an earlier change of this run makes of it.</summary>
    private void Decide(RowChange change, RowRun run)
    {
        if (!run.Changes(change.Key, out var stored))
            lock (_lock)
                stored = _table[change.Key]?.Head.ETag;

        var now = _time.GetUtcNow();
        if (change.Write is { } write)
        {
            var decision = WriteCondition.Decide(stored, write.ExpectedETag, write.ETag);
            if (decision == WriteDecision.Write)
                run.AddRow(new RowHead(write.Key, write.SchemaVersion, write.ETag, write.Index, now), write.Payload);
            change.Outcome = decision == WriteDecision.Conflict ? new WriteOutcome(false, stored) : new WriteOutcome(true, write.ETag);
        }
        else if (stored is null || string.Equals(stored, change.ExpectedETag, StringComparison.Ordinal))
        {
            if (stored is not null)
                run.AddTombstone(new RowHead(change.Key, 0, "", default, now));
            change.Outcome = new WriteOutcome(true, null);
        }
        else
        {
            change.Outcome = new WriteOutcome(false, stored);
        }
    }

    private async ValueTask Append(RowRun run)
    {
        if (run.Bytes == 0)
            return;
        if (_damaged)
        {
            // After a failed write nobody knows what the file holds beyond what was acknowledged: that goes first.
            await Active.File.Truncate(Active.File.Length);
            _damaged = false;
        }

        if (Active.File.Length > 0 && Active.File.Length + run.Bytes > _options.SegmentBytes)
        {
            await Active.File.Append([Frame.NewMark()], sync: true);
            await Begin(Active.Number + 1);
        }

        var start = Active.File.Length;
        await Active.File.Append(run.Parts, sync: true);
        lock (_lock)
            run.Apply(_table, Active, start);
    }

    private void FailPending()
    {
        foreach (var change in _pending)
            change.Waiter.SetException(new StateStoreException("The store is closed."));
        _pending = [];
    }

    /// <summary>A write or a deletion on its way.</summary>
    private sealed class RowChange(StateKey key, string? expectedETag, StateWrite? write)
    {
        public StateKey Key { get; } = key;

        public string? ExpectedETag { get; } = expectedETag;

        /// <summary>None: a deletion.</summary>
        public StateWrite? Write { get; } = write;

        public WriteOutcome Outcome { get; set; }

        public TaskCompletionSource<WriteOutcome> Waiter { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
