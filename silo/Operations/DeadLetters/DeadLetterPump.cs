using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Operations.DeadLetters;

/// <summary>
/// Puts the letters of one partition into the index. An offset is done when its letter is in there, durably; after a crash some are
/// added again, which changes nothing. Forgets what the log does not keep any more.
/// </summary>
internal sealed class DeadLetterPump(IAssignedPartition partition, PumpServices services, IDeadLetterIndex index)
    : PartitionPump(partition, services)
{
    private const int AtOnce = 256;
    private static readonly TimeSpan LookForGone = TimeSpan.FromMinutes(1);

    private readonly Queue<LogRecord> _waiting = new();
    private long _readPosition;
    private long _added;
    private long _waitingBytes;
    private bool _adding;
    private long _firstKept = -1;
    private DateTimeOffset _lookAgainAt;

    public override long ReadPosition => _readPosition;

    public override long AppliedMark => Volatile.Read(ref _added);

    protected override long LowWater => _waiting.TryPeek(out var record) ? record.Offset : _readPosition;

    protected override bool HasRoom => _waitingBytes < Options.WindowBytes;

    protected override bool Idle => !_adding;

    protected override bool Drained => _waiting.Count == 0;

    protected override ValueTask Begin(long position)
    {
        _waiting.Clear();
        (_waitingBytes, _readPosition) = (0, position);
        Volatile.Write(ref _added, position);
        return ValueTask.CompletedTask;
    }

    protected override void Forget()
    {
        // Its own books are those of nobody.
    }

    protected override void Take(IReadOnlyList<LogRecord> records)
    {
        foreach (var record in records)
        {
            _waiting.Enqueue(record);
            _waitingBytes += record.Size;
            _readPosition = record.Offset + 1;
        }
        GoOn();
    }

    protected override void GoOn()
    {
        if (!_adding && _waiting.Count > 0)
            _ = AddAll();
    }

    /// <summary>Nobody is fed from here: what was not indexed before retention took it is said in the log, and that is all.</summary>
    protected override void Lost(PartitionLoss loss) => EndLoss(loss);

    /// <summary>Nothing beyond what is in the index. Now and then what is there and not in the log any more is forgotten.</summary>
    protected override async Task<long> MakeDurable()
    {
        var now = Time.GetUtcNow();
        if (now < _lookAgainAt || Ending)
            return 0;
        _lookAgainAt = now + LookForGone;
        try
        {
            var first = (await Services.EventLog.Bounds(Partition, Aborting)).Start;
            if (first == _firstKept)
                return 0;
            var gone = await index.Forget(LogId, Partition.Partition, first, Aborting);
            _firstKept = first;
            if (gone > 0)
                Log.LettersForgotten(Services.Logger, Partition, gone, first);
        }
        catch (OperationCanceledException) when (Aborting.IsCancellationRequested)
        {
            // Whoever has the partition next looks.
        }
        catch (Exception error) when (error is StateStoreException or EventLogException)
        {
            Log.LettersNotForgotten(Services.Logger, Partition, error.Message);
        }
        return 0;
    }

    private async Task AddAll()
    {
        _adding = true;
        try
        {
            while (!Halting && !Paused && _waiting.Count > 0)
            {
                var some = _waiting.Take(AtOnce).ToArray();
                var letters = Array.ConvertAll(some, record => LetterReader.Read(record, LogId));
                await Retry("the index of dead letters", async () =>
                {
                    await index.Add(letters, Aborting);
                    return true;
                });
                foreach (var record in some)
                {
                    _waiting.Dequeue();
                    _waitingBytes -= record.Size;
                }
                CountDone(some.Length);
                Volatile.Write(ref _added, LowWater);
                Changed.Fire();
            }
        }
        catch (OperationCanceledException) when (Halting)
        {
            // What was not added is read again.
        }
        catch (Exception error)
        {
            Rewind($"letters were not indexed: {error.Message}");
        }
        finally
        {
            _adding = false;
            Changed.Fire();
        }
    }
}
