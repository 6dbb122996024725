namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>A partition while this member owns it.</summary>
internal sealed class KafkaAssignedPartition(
    TopicInfo topic, TopicPartition partition, long? committed, OffsetBounds bounds, KafkaReader reader, KafkaOffsets offsets)
    : IAssignedPartition
{
    private volatile bool _closed;

    public TopicPartition Partition => partition;

    public Guid LogId => topic.LogId;

    public long? Committed => committed;

    public OffsetBounds Bounds => bounds;

    public void Seek(long offset)
    {
        if (_closed)
            throw new OperationCanceledException($"{partition} is no longer assigned.");
        reader.Seek(offset);
    }

    public async ValueTask<LogBatch> Read(int maxBytes, CancellationToken cancellation) =>
        (await reader.Read(maxBytes, upTo: null, cancellation))!.Value;

    public async ValueTask Commit(long offset, CancellationToken cancellation)
    {
        if (_closed)
            throw new EventLogException($"{partition} is no longer assigned: offset {offset} is not committed.");
        await offsets.Commit(partition, offset, cancellation);
    }

    /// <summary>From now on reads are cancelled and commits refused.</summary>
    public void Close()
    {
        _closed = true;
        reader.Close();
    }
}
