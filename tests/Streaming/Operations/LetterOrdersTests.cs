using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StreamForge.Contracts.Operations;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Files;
using StreamForge.Silo.Operations.DeadLetters;
using StreamForge.Silo.Storage.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Streaming;

namespace StreamForge.Tests.Streaming.Operations;

/// <summary>Dead letters from the topic by the index to a replay, over a real log and real files.</summary>
public sealed class LetterOrdersTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly List<PumpGroup> _groups = [];
    private readonly IOptions<PipelineOptions> _options = Options.Create(new PipelineOptions { Partitions = 2 });
    private SegmentEventLog _log = null!;
    private FileStateStore _rows = null!;
    private FileDeadLetterIndex _index = null!;
    private LetterLog _letters = null!;
    private LetterOrders _orders = null!;
    private IEventProducer _producer = null!;
    private Guid _rawId;

    public async ValueTask InitializeAsync()
    {
        _log = await SegmentEventLog.Open(
            new SimulatedFileSystem(), new EmbeddedLogOptions(), TimeProvider.System, new TestIds(1), NullLogger.Instance);
        _rows = await FileStateStore.Open(new SimulatedFileSystem(), new FileStateStoreOptions(), TimeProvider.System, NullLogger.Instance);
        foreach (var topic in new[] { Topics.MarketDepth, Topics.MarketTrades })
            await _log.EnsureTopic(_options.Value.Topic(topic), CancellationToken.None);
        _rawId = (await _log.EnsureTopic(_options.Value.Topic(Topics.RawMarket), CancellationToken.None)).LogId;
        await _log.EnsureTopic(_options.Value.DeadLetters, CancellationToken.None);
        _producer = _log.CreateProducer();
        _index = new FileDeadLetterIndex(_rows, new TestIds(2));
        _letters = new LetterLog(_log, _options, TimeProvider.System);
        _orders = new LetterOrders(_index, _letters, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var group in _groups)
            await group.DisposeAsync();
        await _letters.DisposeAsync();
        await _producer.DisposeAsync();
        await _log.DisposeAsync();
        await _rows.DisposeAsync();
    }

    [Fact]
    public async Task Letters_are_indexed_once_through_restarts_and_repetitions()
    {
        await Refuse("a", "1");
        var twice = await Refuse("b", "2");
        await Index();
        await Indexed(2);
        // Given up again after a crash before the checkpoint: the same letter.
        await new DeadLetterWriter(_producer, TimeProvider.System).Write("g", _rawId, twice, "not a number", CancellationToken.None);
        await _groups[0].DisposeAsync();
        await Refuse("c", "3");
        await Index();
        await Indexed(3);
        var page = await _index.ListLetters(new DeadLetterQuery(), CancellationToken.None);
        Assert.Equal(["a", "b", "c"], page.Items.Select(letter => letter.Key).Order(StringComparer.Ordinal));
        Assert.All(page.Items, letter => Assert.Equal((Topics.RawMarket, "not a number", "g"), (letter.Topic, letter.Reason, letter.Group)));
    }

    [Fact]
    public async Task A_replay_is_appended_once_where_it_belongs_with_its_event_id()
    {
        var refused = await Refuse("a", "garbage");
        var id = await OnlyLetter();
        Assert.Equal(OrderOutcome.Done, (await _orders.Replay(id, again: false, "op")).Outcome);
        Assert.Equal(OrderOutcome.NothingToDo, (await _orders.Replay(id, again: false, "op")).Outcome);
        var replay = Assert.Single(await Replays(refused.Partition));
        Assert.Equal(("a", "garbage"), (Text(replay.Key!.Value), Text(replay.Value)));
        Assert.Equal(("event-a", id, "test", null), (
            replay.Header(RecordHeaders.EventId), replay.Header(RecordHeaders.ReplayOf), replay.Header(RecordHeaders.Source),
            replay.Header(RecordHeaders.Origin)));
        Assert.DoesNotContain(replay.Headers, header => header.Name.StartsWith("dead-", StringComparison.Ordinal));

        Assert.Equal(OrderOutcome.Done, (await _orders.Replay(id, again: true, "op")).Outcome);
        Assert.Equal(2, (await Replays(refused.Partition)).Count);
        var letter = (await _index.Find(id, CancellationToken.None))!.Letter;
        Assert.Equal((DeadLetterState.Replayed, 2, "op"), (letter.State, letter.Replays, letter.By));
        Assert.Equal(OrderOutcome.Refused, (await _orders.Discard(id, "op")).Outcome);
    }

    [Fact]
    public async Task Of_orders_at_once_one_appends()
    {
        var refused = await Refuse("a", "garbage");
        var id = await OnlyLetter();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _orders.Replay(id, again: false, "op"))));
        Assert.Contains(OrderOutcome.Done, answers.Select(answer => answer.Outcome));
        Assert.Single(await Replays(refused.Partition));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_replay_that_nobody_heard_of_is_looked_for_before_it_is_made(bool stands)
    {
        var refused = await Refuse("a", "garbage");
        var id = await OnlyLetter();
        // As a process leaves it that dies between the two, or before the append.
        var found = (await _index.Find(id, CancellationToken.None))!;
        var from = await _letters.End(found.Letter, CancellationToken.None);
        Assert.True(await _index.Change(found, LetterRule.Replaying(found.Letter, from, "op", DateTimeOffset.UtcNow - LetterRule.Settles), CancellationToken.None));
        if (stands)
            await _letters.Append(
                found.Letter, (await _letters.Letter(found.Letter, CancellationToken.None))!, Encoding.UTF8.GetBytes("garbage"), CancellationToken.None);
        Assert.Equal(1, (await _index.Count(CancellationToken.None)).Open);
        Assert.Equal(OrderOutcome.Refused, (await _orders.Discard(id, "op")).Outcome);

        Assert.Equal(OrderOutcome.Done, (await _orders.Replay(id, again: false, "op")).Outcome);
        Assert.Single(await Replays(refused.Partition));
        Assert.Equal(1, (await _index.Find(id, CancellationToken.None))!.Letter.Replays);
    }

    [Fact]
    public async Task What_is_discarded_stays_so_unless_it_is_asked_for_again()
    {
        await Refuse("a", "garbage");
        var id = await OnlyLetter();
        Assert.Equal(OrderOutcome.Done, (await _orders.Discard(id, "op")).Outcome);
        Assert.Equal(OrderOutcome.NothingToDo, (await _orders.Discard(id, "op")).Outcome);
        Assert.Equal(OrderOutcome.Refused, (await _orders.Replay(id, again: false, "op")).Outcome);
        Assert.Equal(new DeadLetterCounts(0, 0, 1), await _index.Count(CancellationToken.None));
        Assert.Equal(OrderOutcome.Done, (await _orders.Replay(id, again: true, "op")).Outcome);
        Assert.Equal(new DeadLetterCounts(0, 1, 0), await _index.Count(CancellationToken.None));
        Assert.Equal(OrderOutcome.Unknown, (await _orders.Replay("none", again: false, "op")).Outcome);
    }

    [Fact]
    public async Task A_letter_that_does_not_say_where_it_belongs_cannot_be_replayed()
    {
        await _producer.Append(
            new NewRecord { Topic = Topics.DeadLetters, Partition = 0, Value = "x"u8.ToArray(), Timestamp = DateTimeOffset.UnixEpoch },
            CancellationToken.None);
        var id = await OnlyLetter();
        Assert.Equal(OrderOutcome.Refused, (await _orders.Replay(id, again: false, "op")).Outcome);
        Assert.Equal(DeadLetterState.Open, (await _index.Find(id, CancellationToken.None))!.Letter.State);
    }

    /// <summary>A raw record, and its letter.</summary>
    private async Task<LogRecord> Refuse(string key, string value)
    {
        LogHeader[] headers =
        [
            new(RecordHeaders.EventId, Encoding.UTF8.GetBytes($"event-{key}")), new(RecordHeaders.Source, "test"u8.ToArray()),
            new(RecordHeaders.Origin, "somewhere"u8.ToArray()),
        ];
        var record = new NewRecord
        {
            Topic = Topics.RawMarket, Key = Encoding.UTF8.GetBytes(key), Value = Encoding.UTF8.GetBytes(value), Headers = headers,
            Timestamp = DateTimeOffset.UnixEpoch.AddDays(1),
        };
        var at = await _producer.Append(record, CancellationToken.None);
        var stands = new LogRecord
        {
            Partition = at.Partition, Offset = at.Offset, Timestamp = record.Timestamp, Key = record.Key, Value = record.Value, Headers = headers,
        };
        await new DeadLetterWriter(_producer, TimeProvider.System).Write("g", _rawId, stands, "not a number", CancellationToken.None);
        return stands;
    }

    private async Task Index()
    {
        var services = new PumpServices
        {
            Group = "letters",
            Owner = "test",
            EventLog = _log,
            Producer = _producer,
            Partitions = new FilePartitionStore(_rows, TimeProvider.System, new TestIds(3)),
            DeadLetters = new DeadLetterWriter(_producer, TimeProvider.System),
            Counters = new PumpCounters(),
            Commits = new CommitWatch("letters", NullLogger.Instance),
            Options = new PumpOptions { CheckpointMin = TimeSpan.FromMilliseconds(20) },
            Schedulers = new ThreadPoolPumpSchedulers(TimeProvider.System),
            Time = TimeProvider.System,
            Logger = NullLogger.Instance,
        };
        var group = new PumpGroup(services, partition => new DeadLetterPump(partition, services, _index), _ => { }, _ => { });
        _groups.Add(group);
        await group.Join([_options.Value.DeadLetters], CancellationToken.None);
    }

    private Task Indexed(int count) => Eventually.HoldsAsync(
        async () => (await _index.Count(CancellationToken.None)).Total == count, Deadline, $"{count} letters are indexed");

    private async Task<string> OnlyLetter()
    {
        await Index();
        await Indexed(1);
        return Assert.Single((await _index.ListLetters(new DeadLetterQuery(), CancellationToken.None)).Items).Id;
    }

    private async Task<List<LogRecord>> Replays(TopicPartition partition)
    {
        var found = new List<LogRecord>();
        await foreach (var record in _log.Read(partition, 0, CancellationToken.None))
            if (record.Header(RecordHeaders.ReplayOf) is not null)
                found.Add(record);
        return found;
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
