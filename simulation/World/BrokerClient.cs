using System.Runtime.CompilerServices;
using StreamForge.Grains.Scheduling;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;

namespace StreamForge.Simulation.World;

/// <summary>
/// The log as one process of the platform reaches it: by a connection that can be cut and by a broker that can die. It connects and
/// joins anew by itself, as a client of Kafka does; what was under way then has an unknown outcome.
/// </summary>
internal sealed class BrokerClient(Broker broker, TimeProvider time, LogTap tap) : IEventLog
{
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromMilliseconds(100);
    private readonly List<BrokerMember> _members = [];
    private BrokerConnection? _connection;
    private DateTimeOffset _notBefore;

    public TimeProvider Time => time;

    public Broker Broker => broker;

    public LogTap Tap => tap;

    /// <summary>The connection as it is now.</summary>
    /// <exception cref="EventLogException">There is none.</exception>
    public BrokerConnection Connection
    {
        get
        {
            if (_connection is { IsEnded: false } standing)
                return standing;
            if (broker.Log is not { } log || time.GetUtcNow() < _notBefore)
                throw new EventLogException("There is no connection to the broker.");
            return _connection = new BrokerConnection(log, broker.Ended);
        }
    }

    /// <summary>Cuts the connection: nothing under way comes to an end that is known.</summary>
    public void Cut()
    {
        _notBefore = time.GetUtcNow() + ReconnectAfter;
        _connection?.End();
    }

    /// <summary>The broker no longer hears of this process.</summary>
    public void ExpireSession()
    {
        foreach (var member in _members)
            if (member.Inner is { } inner)
                broker.Expel(inner, TimeSpan.Zero);
    }

    /// <summary>Waits for a connection.</summary>
    public async Task<BrokerConnection> Connected(CancellationToken cancellation)
    {
        while (true)
        {
            await broker.WhenUp();
            try
            {
                return Connection;
            }
            catch (EventLogException)
            {
                await Task.Delay(ReconnectAfter, time, cancellation);
            }
        }
    }

    public async ValueTask<TopicInfo> EnsureTopic(TopicSpec spec, CancellationToken cancellation)
    {
        var connection = await Connected(cancellation);
        var info = await broker.Run(log => log.EnsureTopic(spec, CancellationToken.None)).WaitAsync(connection.Ended);
        tap.Topic(info);
        return info;
    }

    public async ValueTask<OffsetBounds> Bounds(TopicPartition partition, CancellationToken cancellation)
    {
        var connection = await Connected(cancellation);
        return await connection.Log.Bounds(partition, cancellation);
    }

    public IEventProducer CreateProducer() => new BrokerProducer(this);

    public ValueTask<IGroupMember> Join(
        string group, IReadOnlyList<string> topics, IAssignmentHandler handler, CancellationToken cancellation)
    {
        var member = new BrokerMember(this, group, topics, handler);
        _members.Add(member);
        member.Start();
        return new ValueTask<IGroupMember>(member);
    }

    public async IAsyncEnumerable<LogRecord> Read(
        TopicPartition partition, long from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var connection = await Connected(cancellation);
        await foreach (var record in connection.Log.Read(partition, from, cancellation))
        {
            connection.ThrowIfEnded();
            yield return record;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>One connection to one life of the broker.</summary>
internal sealed class BrokerConnection
{
    private readonly CancellationTokenSource _ended;

    public BrokerConnection(SegmentEventLog log, CancellationToken brokerEnded)
    {
        Log = log;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(brokerEnded);
    }

    public SegmentEventLog Log { get; }

    public CancellationToken Ended => _ended.Token;

    public bool IsEnded => _ended.IsCancellationRequested;

    public void End() => _ended.Cancel();

    public void ThrowIfEnded()
    {
        if (IsEnded)
            throw new EventLogException("The connection to the broker was lost.");
    }

    /// <summary>Waits for an answer, or for the end of the connection.</summary>
    /// <exception cref="EventLogException">The connection ended first: the outcome is unknown.</exception>
    public async Task<T> Answer<T>(Task<T> asked)
    {
        try
        {
            return await Own(asked).WaitAsync(Ended);
        }
        catch (OperationCanceledException e) when (IsEnded)
        {
            throw new EventLogException("The connection to the broker was lost: what became of it is unknown.", e);
        }
    }

    private static async Task<T> Own<T>(Task<T> task) => await task;
}

/// <summary>A producer over a connection. A failure is followed by that of all that was handed in before it was reported.</summary>
internal sealed class BrokerProducer(BrokerClient client) : IEventProducer
{
    private readonly List<AppendChain> _underWay = [];
    private IEventProducer? _inner;
    private BrokerConnection? _connection;

    public async Task<AppendedAt> Append(NewRecord record, CancellationToken cancellation, AppendChain? chain = null)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            var connection = Connect();
            if (chain is { IsBroken: true })
                throw AppendChain.Refusal(record.Topic);
            if (chain is not null)
                _underWay.Add(chain);
            // As it is now: who was paused hears of it when the topic may be another log.
            var logId = connection.Log.Topic(record.Topic).LogId;
            client.Tap.Hand(record);
            var at = await connection.Answer(_inner!.Append(record, CancellationToken.None, chain));
            client.Tap.Appended(at, logId, record);
            return at;
        }
        catch (EventLogException e) when (e is not RecordTooLargeException)
        {
            chain?.Break();
            throw;
        }
        finally
        {
            if (chain is not null)
                _underWay.Remove(chain);
        }
    }

    private BrokerConnection Connect()
    {
        var connection = client.Connection;
        if (ReferenceEquals(connection, _connection))
            return connection;
        (_connection, _inner) = (connection, connection.Log.CreateProducer());
        // What was under way over the one before has failed, whoever has heard of it.
        foreach (var chain in _underWay)
            chain.Break();
        return connection;
    }

    public async Task Flush(CancellationToken cancellation)
    {
        if (_inner is { } inner)
            await inner.Flush(cancellation).OnThisTurn();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
