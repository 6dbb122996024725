using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Development;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Kafka;
using StreamForge.Tests.Support.Streaming;
using TopicPartition = StreamForge.Silo.Streaming.TopicPartition;

namespace StreamForge.Tests.Streaming.Kafka;

/// <summary>A group comes back, whatever ended its membership.</summary>
public sealed class KafkaRejoinTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly RecordingHandler _handler = new();
    private KafkaBroker _broker = null!;
    private KafkaEventLog _log = null!;
    private FileStateStore _rows = null!;
    private IEventProducer _producer = null!;
    private LastingMembership _membership = null!;
    private TopicSpec _topic = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = new KafkaBroker();
        _log = _broker.Open(_broker.Options with
        {
            SessionTimeout = TimeSpan.FromSeconds(2),
            TopicCheckInterval = TimeSpan.FromMilliseconds(200),
        });
        _topic = new TopicSpec("rejoin-" + _broker.Suffix, MockCluster.DefaultPartitions);
        await _log.EnsureTopic(_topic, CancellationToken.None);
        _rows = await FileStateStore.Open(
            new SimulatedFileSystem(), new FileStateStoreOptions(), TimeProvider.System, NullLogger.Instance);
        _producer = _log.CreateProducer();
        _membership = new LastingMembership(Services(), [_topic], _handler);
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is null)
            return;
        if (_membership is not null)
            await _membership.DisposeAsync();
        if (_log is not null)
        {
            await _producer.DisposeAsync();
            await _rows.DisposeAsync();
            await _log.DisposeAsync();
        }

        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task A_refusal_by_the_coordinator_ends_a_membership_not_the_group()
    {
        Assert.SkipWhen(_broker.Mock is null, "Only the mock cluster refuses on demand.");
        const short joinGroup = 11;
        const int groupAuthorizationFailed = 30;
        _broker.Mock.FailNext(joinGroup, groupAuthorizationFailed, groupAuthorizationFailed);
        await _membership.Join(CancellationToken.None);
        await Eventually.Holds(() => _membership.Trouble is not null, Deadline, "the refusal is shown");
        await OwnsAll();
        await Eventually.Holds(() => _membership.Trouble is null, Deadline, "nothing is shown any more");
    }

    [Fact]
    public async Task A_group_whose_broker_was_away_for_longer_than_its_session_is_there_again()
    {
        Assert.SkipWhen(_broker.Mock is null, "Only the mock cluster goes away on demand.");
        await _membership.Join(CancellationToken.None);
        await OwnsAll();
        _broker.Mock.StopBroker();
        await Eventually.Holds(() => _handler.Owned.Count == 0, Deadline, "all partitions are lost");
        _broker.Mock.StartBroker();
        await OwnsAll();
        var partition = _handler[new TopicPartition(_topic.Name, 0)];
        using var late = new CancellationTokenSource(Deadline);
        await Append(0);
        Assert.Single((await partition.Read(1_000, late.Token)).Records);
        await partition.Commit(1, late.Token);
    }

    [Fact]
    public async Task A_topic_that_was_deleted_and_created_anew_is_read_as_another_log()
    {
        Assert.SkipUnless(_broker.Mock is null, "The mock cluster knows no topic ids; set KAFKA_BOOTSTRAP to run this on a real Kafka.");
        await Append(0);
        await Append(0);
        await _membership.Join(CancellationToken.None);
        await OwnsAll();
        var old = _handler[new TopicPartition(_topic.Name, 0)];
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        await admin.DeleteTopicsAsync([_topic.Name]);
        await Eventually.Holds(
            () => _handler.Owned.Count == _topic.Partitions && _handler[old.Partition].LogId != old.LogId, Deadline, "the new log is read");
        var anew = _handler[old.Partition];
        Assert.Null(anew.Committed);
        Assert.Contains(_handler.Events, e => e.StartsWith("lost", StringComparison.Ordinal));
        using var late = new CancellationTokenSource(Deadline);
        await using (var producer = _log.CreateProducer())
            await producer.Append(Record(0), late.Token);
        Assert.Equal(0, (await anew.Read(1_000, late.Token)).Records[0].Offset);
    }

    [Fact]
    public async Task A_topic_that_got_more_partitions_is_said_and_not_read_on()
    {
        Assert.SkipUnless(_broker.Mock is null, "The mock cluster adds no partitions; set KAFKA_BOOTSTRAP to run this on a real Kafka.");
        await _membership.Join(CancellationToken.None);
        await OwnsAll();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        await admin.CreatePartitionsAsync(
            [new Confluent.Kafka.Admin.PartitionsSpecification { Topic = _topic.Name, IncreaseTo = _topic.Partitions * 2 }]);
        await Eventually.Holds(
            () => _membership.Trouble is { } trouble && trouble.Contains("8 partitions where 4 are needed", StringComparison.Ordinal),
            Deadline,
            "the reason is shown");
        Assert.Empty(_handler.Owned);
    }

    private Task OwnsAll() => Eventually.Holds(
        () => _handler.Owned.Count == _topic.Partitions, Deadline, "the member owns all, after " + string.Join("; ", _handler.Events));

    private Task<AppendedAt> Append(int partition) => _producer.Append(Record(partition), CancellationToken.None).WaitAsync(Deadline);

    private NewRecord Record(int partition) => new()
    {
        Topic = _topic.Name,
        Partition = partition,
        Value = new byte[10],
        Timestamp = DateTimeOffset.UnixEpoch,
    };

    private PumpServices Services() => new()
    {
        Group = "rejoin-" + _broker.Suffix,
        Owner = "test",
        EventLog = _log,
        Producer = _producer,
        Partitions = new FilePartitionStore(_rows, TimeProvider.System, new TestIds(1)),
        DeadLetters = new DeadLetterWriter(_producer, TimeProvider.System),
        Counters = new PumpCounters(),
        Commits = new CommitWatch("rejoin", NullLogger.Instance),
        Options = new PumpOptions { BackoffMax = TimeSpan.FromSeconds(1) },
        Schedulers = new ThreadPoolPumpSchedulers(TimeProvider.System),
        Time = TimeProvider.System,
        Logger = NullLogger.Instance,
    };
}
