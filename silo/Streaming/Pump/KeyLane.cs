namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// The records of one key on their way from the log to their grain: read, applied, durable. One call is in flight at a
/// time; whatever happens to this key delays no other.
/// </summary>
internal sealed class KeyLane(string key)
{
    private readonly Queue<PendingRecord> _pending = new();
    private readonly Queue<OffsetRun> _undurable = new();
    private long _firstPending = long.MaxValue;
    private long _firstUnstored = long.MaxValue;
    private long _reached = -1;

    public string Key { get; } = key;

    /// <summary>
    /// The last offset that the grain acknowledged as applied since the last rewind; before the first of these, the last one known to be
    /// stored. A grain that holds less has lost something.
    /// </summary>
    public long? Delivered { get; private set; }

    /// <summary>
    /// <see cref="Delivered"/> for other threads, -1 for none: to be read after <see cref="FirstUnapplied"/>, so that what seems applied
    /// is counted here.
    /// </summary>
    public long Reached => Volatile.Read(ref _reached);

    /// <summary>The offset that the stored state was last said to hold; -1 where nobody has said.</summary>
    public long Stored { get; private set; } = -1;

    /// <summary>Bytes of the records that wait, those in flight included.</summary>
    public int PendingBytes { get; private set; }

    public int PendingCount => _pending.Count;

    /// <summary>A delivery loop is running for this key.</summary>
    public bool Delivering { get; set; }

    /// <summary>The oldest waiting records that a call under way carries: they are not left in the log.</summary>
    public int InFlight { get; set; }

    /// <summary>Offset from which on records of this key were left in the log to be read again later; none: nothing was left.</summary>
    public long? LeftFrom { get; private set; }

    /// <summary>An operator must let the key go on; a durable row says so, and its records are left in the log.</summary>
    public bool Parked { get; private set; }

    /// <summary>Completes when the row of an earlier parking is gone: one that came before that would go with it.</summary>
    public Task RowGoes { get; set; } = Task.CompletedTask;

    /// <summary>Why it does not go on for now; none while it does.</summary>
    public string? StallReason { get; set; }

    /// <summary>When the grain last acknowledged anything, or the key last began to wait.</summary>
    public DateTimeOffset ProgressAt { get; set; }

    /// <summary>
    /// The first offset of this key that is not applied; <see cref="long.MaxValue"/> where all that was read is. Read by
    /// other threads.
    /// </summary>
    public long FirstUnapplied => Volatile.Read(ref _firstPending);

    /// <summary>
    /// The first offset of this key that the stored state is not known to hold; <see cref="long.MaxValue"/> where it holds all that
    /// was read. Read by other threads.
    /// </summary>
    public long FirstUnstored => Volatile.Read(ref _firstUnstored);

    /// <summary>
    /// The offset that the low-water mark must not pass because of this key; <see cref="long.MaxValue"/> for none. What is
    /// parked is durably noted, so it holds nothing; what was applied before it holds until it is durable.
    /// </summary>
    public long HoldsAt =>
        _undurable.TryPeek(out var run) ? run.First
        : _pending.TryPeek(out var record) ? record.Offset
        : Parked ? long.MaxValue
        : LeftFrom ?? long.MaxValue;

    public bool HasUndurable => _undurable.Count > 0;

    /// <summary>Whether a record at <paramref name="offset"/> is left in the log, behind others of this key that are.</summary>
    public bool Leaves(long offset) => LeftFrom is { } left && offset >= left;

    /// <summary>Takes a record that was read. One that follows records left in the log is left there too.</summary>
    /// <returns>False where the record was left in the log.</returns>
    public bool Enqueue(in PendingRecord record, DateTimeOffset now)
    {
        if (Leaves(record.Offset))
            return false;
        if (_pending.Count == 0)
            ProgressAt = now;
        _pending.Enqueue(record);
        PendingBytes += record.Size;
        Publish();
        return true;
    }

    /// <summary>The oldest waiting records, at most so many and about so many bytes, at least one; they keep waiting.</summary>
    public void PeekRun(List<PendingRecord> into, int maxRecords, int maxBytes)
    {
        var bytes = 0;
        foreach (var record in _pending)
        {
            if (into.Count > 0 && (into.Count >= maxRecords || bytes + record.Size > maxBytes))
                return;
            into.Add(record);
            bytes += record.Size;
        }
    }

    /// <summary>The grain has applied (or moved over) everything up to <paramref name="offset"/>.</summary>
    /// <returns>Bytes that no longer wait.</returns>
    public int Applied(long offset, DateTimeOffset now)
    {
        var freed = 0;
        long? first = null;
        var last = -1L;
        while (_pending.TryPeek(out var record) && record.Offset <= offset)
        {
            _pending.Dequeue();
            freed += record.Size;
            first ??= record.Offset;
            last = record.Offset;
        }
        if (first is { } from)
        {
            _undurable.Enqueue(new OffsetRun(from, last));
            Reach(last);
            ProgressAt = now;
            StallReason = null;
        }
        PendingBytes -= freed;
        Publish();
        return freed;
    }

    /// <summary>The stored state holds everything up to <paramref name="offset"/>. A run held in part stays whole.</summary>
    public void Durable(long offset)
    {
        Stored = offset;
        while (_undurable.TryPeek(out var run) && run.Last <= offset)
            _undurable.Dequeue();
        Publish();
    }

    /// <summary>Begins where the lane before a rewind was known to be stored: below that nothing is delivered again.</summary>
    public void GoOnFrom(long stored)
    {
        Stored = stored;
        Reach(stored);
    }

    /// <summary>The grain holds no more than this, whatever was stored before: storage was set back.</summary>
    public void HoldsOnly(long offset) => Stored = Math.Min(Stored, offset);

    /// <summary>
    /// Leaves what waits in the log, but for the first <paramref name="keep"/> records: memory is bounded, and others pass.
    /// </summary>
    /// <returns>Bytes that no longer wait.</returns>
    public int Leave(int keep)
    {
        if (_pending.Count <= keep)
            return 0;
        var kept = _pending.Take(keep).ToArray();
        LeftFrom = _pending.ElementAt(keep).Offset;
        var before = PendingBytes;
        _pending.Clear();
        PendingBytes = 0;
        foreach (var record in kept)
        {
            _pending.Enqueue(record);
            PendingBytes += record.Size;
        }
        Publish();
        return before - PendingBytes;
    }

    /// <summary>From <paramref name="fromOffset"/> on the key is parked: a durable row says so already.</summary>
    /// <returns>Bytes that no longer wait.</returns>
    public int Park(long fromOffset)
    {
        Parked = true;
        var keep = _pending.TakeWhile(record => record.Offset < fromOffset).Count();
        var freed = Leave(keep);
        LeftFrom = fromOffset;
        Publish();
        return freed;
    }

    /// <summary>The key may go on from where it was parked.</summary>
    public void Unpark() => Parked = false;

    /// <summary>Takes a record that had been left in the log.</summary>
    public void Refill(in PendingRecord record)
    {
        _pending.Enqueue(record);
        PendingBytes += record.Size;
        Publish();
    }

    /// <summary>Where the next record of this key is left in the log; null: the lane has caught up with the reader.</summary>
    public void LeftFromNow(long? offset)
    {
        LeftFrom = offset;
        Publish();
    }

    private void Reach(long offset)
    {
        Delivered = Math.Max(offset, Delivered ?? -1);
        Volatile.Write(ref _reached, Delivered.Value);
    }

    private void Publish()
    {
        var first = _pending.TryPeek(out var record) ? record.Offset : LeftFrom ?? long.MaxValue;
        Volatile.Write(ref _firstUnstored, _undurable.TryPeek(out var run) ? run.First : first);
        Volatile.Write(ref _firstPending, first);
    }

    private readonly record struct OffsetRun(long First, long Last);
}
