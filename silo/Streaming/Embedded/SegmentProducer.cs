using StreamForge.Grains.Scheduling;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>Appends to the log of segment files. Cheap: producers share the group commits.</summary>
internal sealed class SegmentProducer(TopicCatalog topics, Files.GroupCommitter committer) : IEventProducer
{
    /// <remarks>A record that was handed in is no longer cancelled: it is durable or has failed after the next commit.</remarks>
    public Task<AppendedAt> Append(NewRecord record, CancellationToken cancellation, AppendChain? chain = null)
    {
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<AppendedAt>(cancellation);
        try
        {
            var topic = topics[record.Topic];
            var partition = record.Partition
                ?? (record.Key is { } key ? Murmur2Partitioner.PartitionOf(key.Span, topic.Partitions.Count) : topic.NextPartition());
            return topics[new TopicPartition(record.Topic, partition)].Append(record, chain);
        }
        catch (EventLogException e)
        {
            chain?.Break();
            return Task.FromException<AppendedAt>(e);
        }
    }

    public Task Flush(CancellationToken cancellation) => committer.Barrier().OnThisTurn().WaitAsync(cancellation);

    public async ValueTask DisposeAsync() => await committer.Barrier();
}
