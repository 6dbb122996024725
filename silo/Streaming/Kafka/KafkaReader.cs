using Ck = Confluent.Kafka;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>Reads one partition through a fetcher: where a reader stands, what it is told when it cannot go on.</summary>
internal sealed class KafkaReader(TopicPartition partition, KafkaFetcher fetcher, KafkaTopics topics, int bufferBytes)
{
    private readonly PartitionBuffer _buffer = new(bufferBytes);
    private bool _sought;

    /// <summary>Reads from <paramref name="offset"/> on; what was fetched before is forgotten.</summary>
    public void Seek(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        _sought = true;
        fetcher.Start(partition, offset, _buffer, _buffer.Restart(offset));
    }

    /// <summary>The next records, at least one.</summary>
    /// <param name="upTo">Null: waits while there are none. Otherwise null is returned when all below is read.</param>
    /// <exception cref="OffsetOutOfRangeException">The position is not kept; seek to go on.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or closed.</exception>
    public async ValueTask<LogBatch?> Read(int maxBytes, long? upTo, CancellationToken cancellation)
    {
        if (!_sought)
            throw new InvalidOperationException($"{partition} must be told where to read first: seek.");
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            _buffer.Take(maxBytes, out var taken);
            if (taken.Resume)
                fetcher.Resume(partition, taken.Generation);
            if (taken.Records is { } records)
                return new LogBatch(records, taken.End);
            if (taken.Failure is { } failure)
                throw await Explain(failure, taken.Position, cancellation);
            if (upTo <= taken.ReachedEnd || upTo <= taken.Position)
                return null;
            await _buffer.Changed().WaitAsync(cancellation);
        }
    }

    /// <summary>Ends reading; a read that waits is cancelled.</summary>
    public void Close()
    {
        _buffer.Close();
        fetcher.Stop(partition, _buffer);
    }

    private async ValueTask<Exception> Explain(Exception failure, long position, CancellationToken cancellation)
    {
        if (failure is not Ck.ConsumeException error)
            return failure;
        // Out of range stays until the reader has decided; anything else is tried again by the next read.
        if (error.Error.Code is Ck.ErrorCode.Local_AutoOffsetReset or Ck.ErrorCode.OffsetOutOfRange)
            return new OffsetOutOfRangeException(partition, position, await topics.Bounds(partition, cancellation));
        Seek(position);
        return new EventLogException($"{partition} cannot be read at {position}: {error.Error.Reason}", error);
    }
}
