using StreamForge.Silo.Streaming;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>A log that remembers who joined and refuses joining when told to; everything else is the log's own.</summary>
internal sealed class WatchedLog(IEventLog inner) : IEventLog
{
    private readonly Lock _gate = new();
    private readonly List<IGroupMember> _members = [];
    private int _refusedJoins;

    /// <summary>Every membership so far, in the order of joining.</summary>
    public IReadOnlyList<IGroupMember> Members
    {
        get
        {
            lock (_gate)
                return [.. _members];
        }
    }

    /// <summary>The next ones to be refused.</summary>
    public int RefusedJoins
    {
        get => Math.Max(0, Volatile.Read(ref _refusedJoins));
        set => Volatile.Write(ref _refusedJoins, value);
    }

    public ValueTask<TopicInfo> EnsureTopic(TopicSpec spec, CancellationToken cancellation) => inner.EnsureTopic(spec, cancellation);

    public ValueTask<OffsetBounds> Bounds(TopicPartition partition, CancellationToken cancellation) => inner.Bounds(partition, cancellation);

    public IEventProducer CreateProducer() => inner.CreateProducer();

    public async ValueTask<IGroupMember> Join(
        string group, IReadOnlyList<string> topics, IAssignmentHandler handler, CancellationToken cancellation)
    {
        if (Interlocked.Decrement(ref _refusedJoins) >= 0)
            throw new EventLogException("no joining now");
        var member = await inner.Join(group, topics, handler, cancellation);
        lock (_gate)
            _members.Add(member);
        return member;
    }

    public IAsyncEnumerable<LogRecord> Read(TopicPartition partition, long from, CancellationToken cancellation) =>
        inner.Read(partition, from, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
