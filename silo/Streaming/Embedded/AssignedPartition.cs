using StreamForge.Grains.Scheduling;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>A partition while a member of a group owns it.</summary>
internal sealed class AssignedPartition(string group, PartitionLog log, OffsetStore offsets) : IAssignedPartition
{
    private readonly OffsetKey _key = new(group, log.Partition, log.LogId);
    private readonly Lock _lock = new();
    private CancellationTokenSource? _waiting;
    private bool _taken;
    private long? _position;
    private SegmentCursor _cursor;

    public TopicPartition Partition => log.Partition;

    public Guid LogId => log.LogId;

    public long? Committed { get; } = offsets.Committed(new OffsetKey(group, log.Partition, log.LogId));

    public OffsetBounds Bounds { get; } = log.Bounds;

    public void Seek(long offset)
    {
        lock (_lock)
            (_position, _cursor) = (offset, default);
    }

    public async ValueTask<LogBatch> Read(int maxBytes, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            ThrowIfTaken();
            var (from, cursor) = Position();
            var (batch, next) = await log.Read(from, maxBytes, cursor);
            if (batch.Records.Count > 0)
            {
                // A seek during the read wins; what was read is not what is wanted any more.
                if (Advance(from, batch.Records[^1].Offset + 1, next))
                    return batch;
                continue;
            }

            await Appended(from, cancellation);
        }
    }

    public async ValueTask Commit(long offset, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Task stored;
        lock (_lock)
        {
            if (_taken)
                throw new EventLogException($"{Partition} is no longer owned by this member of group {_key.Group}: nothing is committed.");
            stored = offsets.Store(_key, offset);
        }

        await stored;
    }

    /// <summary>From now on it can neither be read nor committed by this member. Commits that were handed in go on.</summary>
    public void Take()
    {
        lock (_lock)
        {
            _taken = true;
            _waiting?.Cancel();
        }
    }

    private (long From, SegmentCursor Cursor) Position()
    {
        lock (_lock)
        {
            return (_position ?? throw new InvalidOperationException($"{Partition} was read before any seek."), _cursor);
        }
    }

    private bool Advance(long from, long to, SegmentCursor next)
    {
        lock (_lock)
        {
            if (_position != from)
                return false;
            (_position, _cursor) = (to, next);
            return true;
        }
    }

    private async ValueTask Appended(long from, CancellationToken cancellation)
    {
        var appended = log.Above(from);
        if (appended.IsCompletedSuccessfully)
            return;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        lock (_lock)
        {
            ThrowIfTaken();
            _waiting = waiting;
        }

        try
        {
            await appended.OnThisTurn().WaitAsync(waiting.Token);
        }
        catch (OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            ThrowIfTaken();
            throw;
        }
        finally
        {
            lock (_lock)
                _waiting = null;
        }
    }

    private void ThrowIfTaken()
    {
        if (_taken)
            throw new OperationCanceledException($"{Partition} is no longer owned by this member of group {_key.Group}.");
    }
}
