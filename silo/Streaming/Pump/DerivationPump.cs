using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>Makes records of other topics from a raw record. Pure: the same record always gives the same ones.</summary>
public interface IDerivation
{
    /// <summary>The topics that it writes to: each has as many partitions as the one read.</summary>
    IReadOnlyList<string> Targets { get; }

    /// <summary>Derives; the records to append are added to <paramref name="derived"/>, with their origin.</summary>
    /// <returns>Why the record can never be read, for its dead letter; null where it was derived from or filtered.</returns>
    string? Derive(LogRecord record, Guid logId, List<NewRecord> derived);
}

/// <summary>
/// Derives records from one partition. An offset is done when all that was derived from it is acknowledged, in order; after
/// a crash some are derived again, and their origin tells.
/// </summary>
internal sealed class DerivationPump(IAssignedPartition partition, PumpServices services, IDerivation derivation)
    : PartitionPump(partition, services)
{
    private readonly Queue<Step> _steps = new();
    private readonly List<NewRecord> _derived = [];
    private AppendChain _chain = new();
    private long _readPosition;
    private long _appliedMark;
    private long _pendingBytes;
    private bool _acknowledging;
    private bool _forgotten;

    public override long ReadPosition => _readPosition;

    /// <summary>The low-water mark as other threads may read it.</summary>
    public override long AppliedMark => Volatile.Read(ref _appliedMark);

    protected override long LowWater => _steps.TryPeek(out var step) ? step.Record.Offset : _readPosition;

    protected override bool HasRoom => _pendingBytes < Options.WindowBytes;

    protected override bool Idle => !_acknowledging;

    protected override bool Drained => _steps.Count == 0;

    protected override ValueTask Begin(long position)
    {
        // They are read again, and must not be in the books twice.
        Uncount();
        _steps.Clear();
        _chain = new AppendChain();
        _pendingBytes = 0;
        _readPosition = position;
        Volatile.Write(ref _appliedMark, position);
        return ValueTask.CompletedTask;
    }

    protected override void Forget()
    {
        Uncount();
        _forgotten = true;
    }

    private void Uncount() => Services.Counters.CountIn(-_steps.Count(static step => step.Counts));

    protected override void Take(IReadOnlyList<LogRecord> records)
    {
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            _steps.Enqueue(Begin(record));
            _readPosition = record.Offset + 1;
            _pendingBytes += record.Size;
        }
        if (!_acknowledging && _steps.Count > 0)
            _ = Acknowledge();
    }

    /// <summary>Told to those who read the derived topics, between what was derived before the loss and after it.</summary>
    protected override void Lost(PartitionLoss loss)
    {
        var targets = derivation.Targets;
        var appends = new Task[targets.Count];
        for (var i = 0; i < appends.Length; i++)
            appends[i] = Services.Producer.Append(LossRecord.Of(loss, Partition, LogId, targets[i]), Aborting, _chain);
        // At the first offset lost, so that until it is acknowledged the low-water mark stays before the loss.
        var place = new LogRecord { Partition = Partition, Offset = loss.From, Timestamp = loss.At, Value = default };
        _steps.Enqueue(new Step(place, appends, null, IsWatermark: false, Loss: Loss));
        _pendingBytes += place.Size;
        if (!_acknowledging)
            _ = Acknowledge();
    }

    /// <summary>Nothing beyond the acknowledgements: what is not acknowledged holds the low-water mark.</summary>
    protected override Task<long> MakeDurable() => Task.FromResult(0L);

    private Step Begin(LogRecord record)
    {
        if (WatermarkRecord.TryRead(record, out var watermark))
        {
            Watermarks.Add(record.Offset, watermark);
            return new Step(record, [], null, IsWatermark: true);
        }
        Services.Counters.CountIn(1);
        using var span = RecordTracing.IsOn ? RecordTracing.Derive(Partition.Topic, record.Header(RecordHeaders.TraceParent)) : null;
        _derived.Clear();
        var refusal = derivation.Derive(record, LogId, _derived);
        var appends = _derived.Count == 0 ? [] : new Task[_derived.Count];
        for (var i = 0; i < appends.Length; i++)
            appends[i] = Services.Producer.Append(_derived[i], Aborting, _chain);
        return new Step(record, appends, refusal, IsWatermark: false);
    }

    private async Task Acknowledge()
    {
        _acknowledging = true;
        try
        {
            while (!Halting && _steps.TryPeek(out var step))
            {
                await Finish(step);
                if (step.Counts)
                    CountDone(1);
                // Done with after all, when nobody counted on it any more.
                if (step.Counts && _forgotten)
                    Services.Counters.CountIn(1);
                _steps.Dequeue();
                _pendingBytes -= step.Record.Size;
                Volatile.Write(ref _appliedMark, LowWater);
                Changed.Fire();
            }
        }
        catch (OperationCanceledException) when (Halting)
        {
            // What was not acknowledged is derived again.
        }
        catch (Exception error)
        {
            // The chain is broken: nothing stands behind what was not appended. Derived again from here.
            Rewind($"an append was not acknowledged: {error.Message}");
        }
        finally
        {
            _acknowledging = false;
            Changed.Fire();
        }
    }

    private async Task Finish(Step step)
    {
        if (step.IsWatermark)
        {
            // Only now: everything before it is acknowledged, so it may say so in the derived topics.
            foreach (var target in derivation.Targets)
                await Services.Producer.Append(WatermarkRecord.Forward(step.Record, target), Aborting);
            return;
        }
        if (step.Loss is { } loss)
        {
            foreach (var append in step.Appends)
                await append;
            EndLoss(loss);
            return;
        }
        if (step.Refusal is { } reason)
        {
            await DeadLetter(step.Record, reason);
            return;
        }
        if (step.Appends.Length == 0)
        {
            Services.Counters.CountFiltered(1);
            return;
        }
        try
        {
            foreach (var append in step.Appends)
                await append;
        }
        catch (RecordTooLargeException tooLarge)
        {
            await DeadLetter(step.Record, tooLarge.Message);
            return;
        }
        Services.Counters.Count(new IngestCounts(Applied: 1, 0, 0, 0));
    }

    private async Task DeadLetter(LogRecord record, string reason)
    {
        await Retry("the dead-letter topic", async () =>
        {
            await Services.DeadLetters.Write(Services.Group, LogId, record, reason, Aborting);
            return true;
        });
        Services.Counters.CountDeadLettered(1);
        Log.DeadLettered(
            Services.Logger, Partition, record.Offset, Log.Printable(record.Header(RecordHeaders.Instrument) ?? "?"), Log.Printable(reason));
    }

    private readonly record struct Step(LogRecord Record, Task[] Appends, string? Refusal, bool IsWatermark, PartitionLoss? Loss = null)
    {
        /// <summary>Whether it is in the books.</summary>
        public bool Counts => !IsWatermark && Loss is null;
    }
}
