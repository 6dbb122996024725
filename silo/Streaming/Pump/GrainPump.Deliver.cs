using System.Collections.Immutable;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Storage;

namespace StreamForge.Silo.Streaming.Pump;

internal sealed partial class GrainPump
{
    private readonly List<KeyLane> _ready = [];

    private void Ready(KeyLane lane)
    {
        lane.Delivering = true;
        _delivering++;
        _ready.Add(lane);
    }

    private void StartReady()
    {
        // After the whole batch is taken, so that a key's run of it goes in one call.
        foreach (var lane in _ready)
            _ = DeliverAll(_ledger, lane);
        _ready.Clear();
    }

    protected override void GoOn()
    {
        foreach (var lane in _ledger.Lanes)
            if (!lane.Delivering && (lane.PendingCount > 0 || (lane.LeftFrom is not null && !lane.Parked)))
                Ready(lane);
        StartReady();
    }

    /// <summary>Delivers what waits for one key, then what was left in the log, until nothing is left or the pump halts or is paused.</summary>
    private async Task DeliverAll(PumpLedger ledger, KeyLane lane)
    {
        try
        {
            while (!Halting && !Paused)
            {
                if (lane.PendingCount > 0)
                    await DeliverRun(ledger, lane);
                else if (lane.LeftFrom is not null && !lane.Parked)
                {
                    lane.InFlight = 0;
                    await Refill(ledger, lane);
                }
                else
                    return;
            }
        }
        catch (OperationCanceledException) when (Halting)
        {
            // What was not acknowledged is read again.
        }
        catch (FencedException fenced)
        {
            EndFenced(fenced);
        }
        catch (Exception error)
        {
            Log.KeyStalled(Services.Logger, error, Partition, lane.Key, 0);
            Rewind($"delivering {lane.Key} failed unexpectedly: {error.Message}");
        }
        finally
        {
            lane.InFlight = 0;
            lane.Delivering = false;
            _delivering--;
            Changed.Fire();
        }
    }

    private async Task DeliverRun(PumpLedger ledger, KeyLane lane)
    {
        var run = new List<PendingRecord>(Math.Min(lane.PendingCount, Options.RunRecords));
        lane.PeekRun(run, Options.RunRecords, Options.RunBytes);
        lane.InFlight = run.Count;
        ImmutableArray<IngestRecord> records = [.. run.Select(static pending => pending.Record)];
        foreach (var pending in run)
            if (pending.Refused is { } refused)
                await DeadLetter(refused.Record, lane.Key, refused.Reason);
        if (lane.Key.Length == 0)
        {
            Passed(ledger, lane, run);
            return;
        }
        using var span = RecordTracing.IsOn ? RecordTracing.Deliver(Partition.Topic, run.Select(static pending => pending.Record.TraceParent)) : null;
        for (var attempt = 1; !Halting && !Paused; attempt++)
        {
            IngestResult result;
            try
            {
                result = await feed.GrainOf(lane.Key).Ingest(new IngestBatch
                {
                    Topic = Partition.Topic,
                    LogId = LogId,
                    Partition = Partition.Partition,
                    Epoch = Epoch,
                    Previous = lane.Delivered,
                    Records = records,
                });
            }
            catch (Exception error) when (error is not OperationCanceledException || !Halting)
            {
                Log.KeyStalled(Services.Logger, error, Partition, lane.Key, attempt);
                lane.StallReason = error.Message;
                if (!IngestFailure.IsTransient(error))
                {
                    if (records.Length > 1)
                    {
                        // One at a time, so that only the record that the grain fails on counts as failing.
                        run.RemoveRange(1, run.Count - 1);
                        records = records[..1];
                    }
                    else if (attempt >= Options.MaxAttempts)
                    {
                        await Park(ledger, lane, run[0].Offset, error);
                        return;
                    }
                }
                await Task.Delay(Options.BackoffOf(attempt), Time, Aborting);
                continue;
            }
            if (Halting)
                return;
            lane.StallReason = null;
            switch (result.Outcome)
            {
                case IngestOutcome.Applied:
                    Services.Counters.Count(result.Counts);
                    Passed(ledger, lane, run);
                    Changed.Fire();
                    return;
                case IngestOutcome.Rejected when result.RejectedOffset is { } offset:
                    Services.Counters.Count(result.Counts);
                    records = await MoveOver(ledger, lane, run, records, offset, result.Reason ?? "rejected");
                    attempt = 0;
                    break;
                case IngestOutcome.Behind:
                    lane.HoldsOnly(result.Applied);
                    Rewind($"{lane.Key} holds {result.Applied} where {lane.Delivered} was delivered", result.Applied + 1 < ledger.LowWater);
                    return;
                case IngestOutcome.Fenced:
                    throw new FencedException();
                default:
                    throw new InvalidOperationException($"{lane.Key} answered {result.Outcome} without an offset.");
            }
        }
    }

    /// <summary>The grain is past these. Only now do their dead letters count: what it is not past comes again, and is refused again.</summary>
    private void Passed(PumpLedger ledger, KeyLane lane, List<PendingRecord> run)
    {
        if (run.Count == 0)
            return;
        Services.Counters.CountDeadLettered(run.Count(static pending => pending.Refused is not null));
        ledger.Applied(lane, run[^1].Offset, Time.GetUtcNow());
        CountDone(run.Count);
    }

    private PendingRecord Decode(LogRecord record, string key)
    {
        string? reason = "the record has no key, or one that is not UTF-8 text";
        return key.Length > 0 && feed.TryDecode(record, key, out var decoded, out reason)
            ? new PendingRecord(RecordIntake.Of(record, decoded), record.Size)
            : new PendingRecord(RecordIntake.Of(record, null), record.Size, new Refusal(record, reason!));
    }

    private static PendingRecord Undecoded(LogRecord record) => new(RecordIntake.Of(record, null), record.Size);

    /// <summary>The grain refused one record by a rule: those before it are applied, it is dead-lettered, the rest goes on.</summary>
    private async Task<ImmutableArray<IngestRecord>> MoveOver(
        PumpLedger ledger, KeyLane lane, List<PendingRecord> run, ImmutableArray<IngestRecord> records, long offset, string reason)
    {
        var index = run.FindIndex(record => record.Offset == offset);
        if (index < 0)
            throw new InvalidOperationException($"{lane.Key} rejected offset {offset}, which it was not given.");
        Passed(ledger, lane, run[..index]);
        run.RemoveRange(0, index);
        var refused = new Refusal(await Reread(run[0].Record), reason);
        await DeadLetter(refused.Record, lane.Key, reason);
        run[0] = run[0] with { Refused = refused };
        return records.SetItem(index, records[index] with { Event = null }).RemoveRange(0, index);
    }

    /// <summary>The record as it stands in the log, for a dead letter that holds all of it; its place alone where retention was faster.</summary>
    private Task<LogRecord> Reread(IngestRecord rejected) => Retry("reading again what was rejected", async () =>
    {
        try
        {
            await foreach (var record in Services.EventLog.Read(Partition, rejected.Offset, Aborting))
            {
                if (record.Offset == rejected.Offset)
                    return record;
                break;
            }
        }
        catch (OffsetOutOfRangeException)
        {
            // Gone since it was read: what is known of it is kept.
        }
        return new LogRecord { Partition = Partition, Offset = rejected.Offset, Timestamp = rejected.Timestamp, Value = default };
    });

    private async Task DeadLetter(LogRecord record, string key, string reason)
    {
        await Retry("the dead-letter topic", async () =>
        {
            await Services.DeadLetters.Write(Services.Group, LogId, record, reason, Aborting);
            return true;
        });
        Log.DeadLettered(Services.Logger, Partition, record.Offset, Log.Printable(key), Log.Printable(reason));
    }

    private async Task Park(PumpLedger ledger, KeyLane lane, long fromOffset, Exception error)
    {
        await lane.RowGoes;
        var row = new ParkedRow(lane.Key, fromOffset, error.Message, Time.GetUtcNow());
        if (!await Retry("parking a key", () => Services.Partitions.Park(RowKey, Epoch, row, Aborting)))
            throw new FencedException();
        Services.Counters.CountIn(-lane.PendingCount);
        ledger.Park(lane, fromOffset);
        Log.KeyParked(Services.Logger, Partition, lane.Key, fromOffset, error.Message);
    }

    /// <summary>
    /// Reads again from the log what was left there of one key, as much as one lane may hold at a time. What retention took meanwhile is a
    /// loss like any other: the key goes on behind it.
    /// </summary>
    private async Task Refill(PumpLedger ledger, KeyLane lane)
    {
        var next = lane.LeftFrom!.Value;
        lane.ProgressAt = Time.GetUtcNow();
        try
        {
            await foreach (var record in Services.EventLog.Read(Partition, next, Aborting))
            {
                // Up to where the reader is: what it reads from now on comes to the lane directly.
                if (Halting || record.Offset >= ledger.ReadPosition)
                    break;
                next = record.Offset + 1;
                if (_names.Of(record.Key) != lane.Key || MarkRecord.IsReadable(record))
                    continue;
                ledger.Refill(lane, Decode(record, lane.Key));
                lane.LeftFromNow(next);
                Services.Counters.CountIn(1);
                if (lane.PendingBytes >= Options.RunBytes)
                    break;
            }
        }
        catch (OffsetOutOfRangeException gone) when (gone.Offset < gone.Bounds.Start)
        {
            // Only up to the reader: what is gone behind it, it finds itself.
            var to = Math.Min(gone.Bounds.Start, ledger.ReadPosition);
            Lose(new LossRange(next, to));
            next = to;
        }

        // The reader may have left more behind while this one read: then there is another round.
        lane.LeftFromNow(next >= ledger.ReadPosition ? null : next);
    }
}
