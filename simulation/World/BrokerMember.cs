using StreamForge.Grains.Scheduling;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;

namespace StreamForge.Simulation.World;

/// <summary>A membership that outlives connections and brokers: lost, it tells its handler so, and joins again as somebody new.</summary>
internal sealed class BrokerMember(
    BrokerClient client, string group, IReadOnlyList<string> topics, IAssignmentHandler handler) : IGroupMember
{
    private static readonly TimeSpan RejoinAfter = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(2);
    private readonly IAssignmentHandler _handler = handler;
    private readonly List<TopicPartition> _owned = [];
    private readonly Dictionary<string, Guid> _logs = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _completion = new();
    private readonly CancellationTokenSource _leaving = new();
    private Session? _session;
    private Task _running = Task.CompletedTask;
    private Task _calls = Task.CompletedTask;

    public Task Completion => _completion.Task;

    /// <summary>The membership as the broker knows it.</summary>
    public IGroupMember? Inner { get; private set; }

    public void Start() => _running = Run();

    public async ValueTask DisposeAsync()
    {
        _leaving.Cancel();
        await _running;
    }

    private async Task Run()
    {
        while (!_leaving.IsCancellationRequested)
        {
            try
            {
                var connection = await client.Connected(_leaving.Token);
                if (NoteLogs(connection.Log) is { } other)
                {
                    // As a client of Kafka that finds another topic id: whoever owns the membership decides what is to be done.
                    await LoseAll();
                    _completion.TrySetException(other);
                    return;
                }

                _session = new Session(this, connection);
                Inner = await connection.Log.Join(group, topics, _session, CancellationToken.None);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(connection.Ended, _leaving.Token);
                await Inner.Completion.OnThisTurn().WaitAsync(either.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or EventLogException)
            {
                // Cut off, expelled, or told to leave: what follows is the same.
            }

            if (!_leaving.IsCancellationRequested || !await LeaveInOrder())
            {
                if (Inner is { Completion.IsCompleted: false } unheard)
                    client.Broker.Expel(unheard, SessionTimeout);
                await LoseAll();
            }

            (Inner, _session) = (null, null);
            if (!_leaving.IsCancellationRequested)
                await Task.Delay(RejoinAfter, client.Time);
        }

        _completion.TrySetResult();
    }

    /// <returns>That a topic is not the one any more that was joined; none where all are.</returns>
    private EventLogException? NoteLogs(SegmentEventLog log)
    {
        foreach (var topic in topics)
        {
            if (InfoOf(log, topic) is not { } info)
                return new EventLogException($"Topic {topic} was deleted.");
            if (_logs.TryGetValue(topic, out var known) && known != info.LogId)
                return new EventLogException($"Topic {topic} was deleted and created anew: it is another log, which is read from its start.");
            _logs[topic] = info.LogId;
            client.Tap.Topic(info);
        }

        return null;
    }

    private static TopicInfo? InfoOf(SegmentEventLog log, string topic)
    {
        try
        {
            return log.Topic(topic);
        }
        catch (EventLogException)
        {
            return null;
        }
    }

    /// <returns>False where no broker is there, or none any more, to leave.</returns>
    private async Task<bool> LeaveInOrder()
    {
        if (_session is not { Connection: { IsEnded: false } connection } || Inner is not { Completion.IsCompleted: false } inner)
            return false;
        try
        {
            await inner.DisposeAsync().AsTask().OnThisTurn().WaitAsync(connection.Ended);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private ValueTask LoseAll() => Call(async () =>
    {
        var owned = Take([.. _owned]);
        if (owned.Count > 0)
            await _handler.Lost(owned);
    });

    private List<TopicPartition> Take(IReadOnlyList<TopicPartition> partitions)
    {
        var taken = partitions.Where(_owned.Contains).ToList();
        foreach (var partition in taken)
            _owned.Remove(partition);
        return taken;
    }

    /// <summary>One call of the handler after the other, whichever membership they come from.</summary>
    private async ValueTask Call(Func<Task> call)
    {
        var before = _calls;
        var own = After(before, call);
        _calls = own;
        await own;
    }

    private static async Task After(Task before, Func<Task> call)
    {
        try
        {
            await before;
        }
        catch (Exception e) when (e is OperationCanceledException or EventLogException)
        {
            // That call's own caller was told.
        }

        await call();
    }

    /// <summary>One membership of the broker: what it says after its connection ended is not heard.</summary>
    private sealed class Session(BrokerMember member, BrokerConnection connection) : IAssignmentHandler
    {
        public BrokerConnection Connection => connection;

        public ValueTask Assigned(IReadOnlyList<IAssignedPartition> partitions, CancellationToken cancellation) => Hear(async () =>
        {
            member._owned.AddRange(partitions.Select(p => p.Partition));
            await member._handler.Assigned([.. partitions.Select(p => new BrokerPartition(connection, p))], cancellation);
        });

        public ValueTask Revoked(IReadOnlyList<TopicPartition> partitions, CancellationToken deadline) => Hear(async () =>
        {
            var owned = member.Take(partitions);
            if (owned.Count > 0)
                await member._handler.Revoked(owned, deadline);
        });

        public ValueTask Lost(IReadOnlyList<TopicPartition> partitions) => Hear(async () =>
        {
            var owned = member.Take(partitions);
            if (owned.Count > 0)
                await member._handler.Lost(owned);
        });

        private ValueTask Hear(Func<Task> call) =>
            member.Call(() => ReferenceEquals(member._session, this) && !connection.IsEnded ? call() : Task.CompletedTask);
    }
}

/// <summary>A partition by way of a connection.</summary>
internal sealed class BrokerPartition(BrokerConnection connection, IAssignedPartition inner) : IAssignedPartition
{
    public TopicPartition Partition => inner.Partition;

    public Guid LogId => inner.LogId;

    public long? Committed => inner.Committed;

    public OffsetBounds Bounds => inner.Bounds;

    public void Seek(long offset) => inner.Seek(offset);

    public async ValueTask<LogBatch> Read(int maxBytes, CancellationToken cancellation)
    {
        connection.ThrowIfEnded();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, connection.Ended);
        try
        {
            var batch = await inner.Read(maxBytes, either.Token);
            connection.ThrowIfEnded();
            return batch;
        }
        catch (OperationCanceledException e) when (connection.IsEnded && !cancellation.IsCancellationRequested)
        {
            throw new EventLogException("The connection to the broker was lost.", e);
        }
    }

    public async ValueTask Commit(long offset, CancellationToken cancellation)
    {
        connection.ThrowIfEnded();
        await connection.Answer(Done(inner.Commit(offset, cancellation)));
    }

    private static async Task<bool> Done(ValueTask commit)
    {
        await commit;
        return true;
    }
}
