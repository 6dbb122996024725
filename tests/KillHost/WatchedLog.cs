using StreamForge.Silo.Streaming;

namespace StreamForge.Tests.KillHost;

/// <summary>A log that tells the trap when the partitions of one topic change hands.</summary>
internal sealed class WatchedLog(IEventLog inner, string topic, Trap trap) : IEventLog
{
    public ValueTask<TopicInfo> EnsureTopic(TopicSpec spec, CancellationToken cancellation) => inner.EnsureTopic(spec, cancellation);

    public ValueTask<OffsetBounds> Bounds(TopicPartition partition, CancellationToken cancellation) => inner.Bounds(partition, cancellation);

    public IEventProducer CreateProducer() => inner.CreateProducer();

    public ValueTask<IGroupMember> Join(
        string group, IReadOnlyList<string> topics, IAssignmentHandler handler, CancellationToken cancellation) =>
        inner.Join(group, topics, topics.Contains(topic, StringComparer.Ordinal) ? new Handler(handler, trap) : handler, cancellation);

    public IAsyncEnumerable<LogRecord> Read(TopicPartition partition, long from, CancellationToken cancellation) =>
        inner.Read(partition, from, cancellation);

    /// <summary>Who opened the log closes it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Handler(IAssignmentHandler inner, Trap trap) : IAssignmentHandler
    {
        public ValueTask Assigned(IReadOnlyList<IAssignedPartition> partitions, CancellationToken cancellation)
        {
            trap.RebalanceEnds(string.Join(", ", partitions.Select(assigned => assigned.Partition)));
            return inner.Assigned(partitions, cancellation);
        }

        public ValueTask Revoked(IReadOnlyList<TopicPartition> partitions, CancellationToken deadline)
        {
            trap.RebalanceBegins();
            return inner.Revoked(partitions, deadline);
        }

        public ValueTask Lost(IReadOnlyList<TopicPartition> partitions) => inner.Lost(partitions);
    }
}
