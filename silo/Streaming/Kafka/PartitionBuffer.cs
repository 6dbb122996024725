namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>
/// What was fetched of one partition and not yet read. Filled by the fetching thread, emptied by one reader. A seek starts a new
/// generation: what still arrives of an older one is dropped.
/// </summary>
/// <param name="capacity">Bytes; at or above it the buffer asks to be left alone.</param>
internal sealed class PartitionBuffer(long capacity)
{
    private readonly Lock _lock = new();
    private readonly Queue<LogRecord> _records = new();
    private TaskCompletionSource? _waiter;
    private Exception? _failure;
    private long _bytes;
    private long _position;
    private long _end;
    private long _reachedEnd = -1;
    private int _generation;
    private bool _closed;
    private bool _full;

    /// <summary>Empties the buffer for reading from <paramref name="offset"/> on.</summary>
    /// <returns>The generation that records must carry from now on.</returns>
    public int Restart(long offset)
    {
        lock (_lock)
        {
            _records.Clear();
            _bytes = 0;
            _failure = null;
            _full = false;
            _position = offset;
            _reachedEnd = -1;
            return ++_generation;
        }
    }

    /// <summary>Adds what was fetched.</summary>
    /// <returns>True where the buffer is full: fetching must pause.</returns>
    public bool Add(int generation, LogRecord record)
    {
        lock (_lock)
        {
            if (generation != _generation || _closed)
                return false;
            _records.Enqueue(record);
            _bytes += record.Size;
            _end = Math.Max(_end, record.Offset + 1);
            Wake();
            _full |= _bytes >= capacity;
            return _full;
        }
    }

    /// <summary>The end of the log as a broker told it.</summary>
    /// <param name="reached">All below has been fetched.</param>
    public void NoteEnd(int generation, long end, bool reached)
    {
        lock (_lock)
        {
            if (generation != _generation)
                return;
            _end = Math.Max(_end, end);
            if (!reached)
                return;
            _reachedEnd = end;
            Wake();
        }
    }

    /// <summary>Ends this generation: the reader gets the error after the records before it.</summary>
    public void Fail(int generation, Exception error)
    {
        lock (_lock)
        {
            if (generation != _generation)
                return;
            _failure ??= error;
            Wake();
        }
    }

    /// <summary>Nothing comes any more: the reader is told that the partition is gone.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _records.Clear();
            _bytes = 0;
            Wake();
        }
    }

    /// <summary>Takes records in order, at least one where there is one.</summary>
    /// <param name="taken">What there is; wait for <see cref="Changed"/> where it is neither of records nor an error.</param>
    public void Take(int maxBytes, out Taken taken)
    {
        lock (_lock)
        {
            if (_closed)
                throw new OperationCanceledException("The partition is no longer assigned.");
            List<LogRecord>? records = null;
            var bytes = 0;
            while (_records.TryPeek(out var next) && (records is null || bytes + next.Size <= maxBytes))
            {
                records ??= new List<LogRecord>(Math.Min(_records.Count, 512));
                records.Add(_records.Dequeue());
                bytes += next.Size;
                _position = next.Offset + 1;
            }

            _bytes -= bytes;
            var resume = _full && _bytes <= capacity / 2;
            _full &= !resume;
            taken = new Taken(
                records, Math.Max(_end, _position), _position, _generation, resume,
                records is null ? _failure : null, _records.Count == 0 && _reachedEnd >= 0 ? _reachedEnd : -1);
        }
    }

    /// <summary>Completes when something happened since the last <see cref="Take"/> came back empty.</summary>
    public Task Changed()
    {
        lock (_lock)
        {
            if (_records.Count > 0 || _failure is not null || _closed)
                return Task.CompletedTask;
            _waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiter.Task;
        }
    }

    private void Wake()
    {
        _waiter?.SetResult();
        _waiter = null;
    }
}

/// <summary>What a take found.</summary>
/// <param name="Records">Null where there were none.</param>
/// <param name="End">The end of the log as last known.</param>
/// <param name="Position">The offset to read next.</param>
/// <param name="Resume">Fetching had paused and must go on.</param>
/// <param name="Failure">Why there will be no more of this generation.</param>
/// <param name="ReachedEnd">All below this offset was fetched and taken; -1 where that is not known.</param>
internal readonly record struct Taken(
    List<LogRecord>? Records, long End, long Position, int Generation, bool Resume, Exception? Failure, long ReachedEnd);
