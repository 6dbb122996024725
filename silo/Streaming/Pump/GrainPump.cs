using StreamForge.Contracts.Streams;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// Feeds grains from one partition: keys in parallel, order within a key, one call in flight a key. What a key does (slow,
/// failing, poisoned, parked) delays no other.
/// </summary>
internal sealed partial class GrainPump(IAssignedPartition partition, PumpServices services, IGrainFeed feed)
    : PartitionPump(partition, services)
{
    // A checkpoint has about so many rounds, with so many grains each at least.
    private const int FlushRounds = 32;
    private const int FewFlushes = 8;

    private readonly KeyNames _names = new();
    private PumpLedger _ledger = new(0);
    private int _delivering;
    private bool _full;
    private long _stuckBytes;
    private DateTimeOffset _lookAgainAt;

    public override long ReadPosition => _ledger.ReadPosition;

    public override long AppliedMark => _ledger.AppliedMark;

    /// <summary>The ledger now in force: it is replaced when the pump goes back. Other threads read single lanes only.</summary>
    public PumpLedger Ledger => Volatile.Read(ref _ledger);

    protected override long LowWater => _ledger.LowWater;

    protected override bool Idle => _delivering == 0;

    protected override bool Drained => _ledger.PendingBytes == 0 && _delivering == 0;

    protected override bool HasRoom
    {
        get
        {
            var waiting = _ledger.PendingBytes;
            if (_full || waiting >= Options.WindowBytes)
            {
                LookForStuck();
                waiting = _ledger.PendingBytes - _stuckBytes;
            }
            // Once full, half of it must go first: many small reads would make as many small calls.
            _full = waiting > (_full ? Options.WindowBytes / 2 : Options.WindowBytes - 1);
            return !_full;
        }
    }

    /// <summary>Not at every delivery: it goes through all lanes, and there may be very many.</summary>
    private void LookForStuck()
    {
        var now = Time.GetUtcNow();
        if (now < _lookAgainAt)
            return;
        _lookAgainAt = now + (Options.LeaveAfter / 4);
        var stuckSince = now - Options.LeaveAfter;
        // What is left in the log is read again, and must not be in the books twice.
        Services.Counters.CountIn(-_ledger.LeaveStuck(stuckSince));
        // What calls carry cannot be left; keys that do not answer hold it beside the window, so that the others go on.
        _stuckBytes = Math.Min(_ledger.StuckBytes(stuckSince), Options.StuckBytes);
    }

    protected override async ValueTask Begin(long position)
    {
        (_stuckBytes, _lookAgainAt) = (0, default);
        // They are read again, and must not be in the books twice.
        Services.Counters.CountIn(-_ledger.PendingCount);
        var ledger = new PumpLedger(position);
        foreach (var lane in _ledger.Lanes)
            if (lane.Stored >= 0)
                ledger.LaneOf(lane.Key).GoOnFrom(lane.Stored);
        var parked = await Retry("parked keys", () => Services.Partitions.ListParked(RowKey, Aborting));
        foreach (var row in parked)
            ledger.Park(ledger.LaneOf(row.Key), row.FromOffset);
        Volatile.Write(ref _ledger, ledger);
    }

    protected override void ForgetKeys()
    {
        // They are read again, and must not be in the books twice.
        Services.Counters.CountIn(-_ledger.PendingCount);
        Volatile.Write(ref _ledger, new PumpLedger(_ledger.LowWater));
    }

    protected override void Forget() => Services.Counters.CountIn(-_ledger.PendingCount);

    protected override void Take(IReadOnlyList<LogRecord> records)
    {
        var now = Time.GetUtcNow();
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            if (MarkRecord.KindOf(record) is not MarkKind.None and var mark && TakeMark(mark, record))
                continue;
            // What is left in the log needs no decoding: it is read again.
            var keyLane = _ledger.LaneOf(_names.Of(record.Key));
            if (_ledger.Read(keyLane, keyLane.Leaves(record.Offset) ? Undecoded(record) : Decode(record, keyLane.Key), now) is not { } lane)
                continue;
            Services.Counters.CountIn(1);
            if (!lane.Delivering)
                Ready(lane);
        }
        StartReady();
    }

    /// <returns>False where it cannot be read: then it fails as an event would.</returns>
    private bool TakeMark(MarkKind mark, LogRecord record)
    {
        if (mark == MarkKind.Watermark && WatermarkRecord.TryRead(record, out var watermark))
        {
            // After the lanes know of the records before it: whoever sees the watermark sees those too.
            _ledger.ReadOver(record.Offset);
            Watermarks.Add(record.Offset, watermark);
            return true;
        }
        if (mark == MarkKind.Loss && LossRecord.TryRead(record, out var loss))
        {
            _ledger.ReadOver(record.Offset);
            NoteLoss(loss);
            return true;
        }
        return false;
    }

    /// <summary>
    /// Flushes every grain that has something to make durable. A few at once, so that what else is to be done comes between; more
    /// where there are many, or where the pump ends.
    /// </summary>
    protected override async Task<long> MakeDurable()
    {
        var ledger = _ledger;
        var dirty = new Queue<KeyLane>(ledger.Lanes.Where(lane => lane.HasUndurable));
        var written = 0L;
        async Task FlushSome()
        {
            while (!Halting && dirty.TryDequeue(out var lane))
                written += await Flush(ledger, lane);
        }
        var atOnce = Ending ? dirty.Count : Math.Max(FewFlushes, dirty.Count / FlushRounds);
        var workers = Math.Min(Math.Min(atOnce, Options.FlushConcurrency), dirty.Count);
        var running = new Task[workers];
        for (var i = 0; i < workers; i++)
            running[i] = FlushSome();
        await Task.WhenAll(running);
        return written;
    }

    private async Task<long> Flush(PumpLedger ledger, KeyLane lane)
    {
        if (lane.Key.Length == 0)
        {
            // Records without a key went to the dead letters, which were acknowledged before they counted as applied.
            lane.Durable(lane.Delivered ?? -1);
            return 0;
        }
        var expected = lane.Delivered ?? -1;
        try
        {
            var result = await feed.GrainOf(lane.Key).Flush().OnThisTurn().WaitAsync(Aborting);
            if (!ReferenceEquals(ledger, _ledger))
                return result.BytesWritten;
            var durable = result.DurableOf(Partition.Topic, LogId, Partition.Partition);
            lane.Durable(durable);
            if (durable < expected)
                Rewind($"{lane.Key} holds {durable} durably where {expected} was delivered", durable + 1 < ledger.LowWater);
            return result.BytesWritten;
        }
        catch (OperationCanceledException) when (Aborting.IsCancellationRequested)
        {
            // Nobody counts on it any more.
            return 0;
        }
        catch (Exception error)
        {
            // Whatever it was, nothing counts as durable; the next checkpoint asks again.
            Log.FlushFailed(Services.Logger, error, Partition, lane.Key);
            return 0;
        }
    }

    /// <summary>The key of its stored rows.</summary>
    public Storage.PartitionKey RowKey => new(Services.Group, Partition.Topic, LogId, Partition.Partition);
}
