using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.State;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Streaming;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>One partition, real log and real stores on a simulated disk, pumps, and model grains.</summary>
internal sealed class PumpHarness : IGrainFeed, IAsyncDisposable
{
    public const string Group = "g";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly ThreadPoolPumpSchedulers Pool = new(TimeProvider.System);
    private readonly ConcurrentDictionary<string, ModelGrain> _grains = new(StringComparer.Ordinal);
    private readonly List<PumpGroup> _groups = [];
    private readonly WatchedLog _log;
    private readonly SegmentEventLog _files;
    private readonly FileStateStore _rows;
    private readonly IEventProducer _producer;

    private PumpHarness(WatchedLog log, SegmentEventLog files, FileStateStore rows, Guid logId)
    {
        (_log, _files, _rows, LogId) = (log, files, rows, logId);
        _producer = log.CreateProducer();
        Partitions = new FilePartitionStore(rows, TimeProvider.System, new TestIds(3));
        DeadLetters = new DeadLetterWriter(_producer, TimeProvider.System);
        PauseStore = new FilePauseStore(rows, new TestIds(4));
    }

    public string Topic => "numbers";

    public Guid LogId { get; }

    public FilePartitionStore Partitions { get; }

    public DeadLetterWriter DeadLetters { get; }

    public FilePauseStore PauseStore { get; }

    /// <summary>What the pumps heed, as of their starts and of <see cref="PauseBoard.Refresh"/>.</summary>
    public PauseBoard Pauses => field ??= new PauseBoard(PauseStore);

    public WatchedLog Log => _log;

    public PumpCounters Counters { get; } = new();

    public FeedBoard Board { get; } = new(static _ => 1);

    public PumpOptions Options { get; } = new()
    {
        CheckpointMin = TimeSpan.FromMilliseconds(20),
        BackoffMin = TimeSpan.FromMilliseconds(1),
        BackoffMax = TimeSpan.FromMilliseconds(5),
        LeaveAfter = TimeSpan.FromMilliseconds(20),
        MaxAttempts = 3,
    };

    public PartitionKey Key => new(Group, Topic, LogId, 0);

    /// <summary>Where pumps run and take their turns.</summary>
    public IPumpSchedulers Schedulers { get; set; } = Pool;

    /// <summary>What pumps store in, where it is not <see cref="Partitions"/> itself.</summary>
    public IPartitionStore? Store { get; set; }

    public static async Task<PumpHarness> Create(EmbeddedLogOptions? options = null, SimulatedFileSystem? disk = null)
    {
        var time = TimeProvider.System;
        var log = await SegmentEventLog.Open(disk ?? new SimulatedFileSystem(), options ?? new EmbeddedLogOptions(), time, new TestIds(1), NullLogger.Instance);
        var rows = await FileStateStore.Open(new SimulatedFileSystem(), new FileStateStoreOptions(), time, NullLogger.Instance);
        var topic = await log.EnsureTopic(new TopicSpec("numbers", 1), CancellationToken.None);
        await log.EnsureTopic(new TopicSpec(Topics.DeadLetters, 1), CancellationToken.None);
        await log.EnsureTopic(new TopicSpec(CopiedNumbers.From, 1), CancellationToken.None);
        return new PumpHarness(new WatchedLog(log), log, rows, topic.LogId);
    }

    public ModelGrain Grain(string key) => _grains.GetOrAdd(key, _ => new ModelGrain(Topic, LogId));

    public IIngestGrain GrainOf(string key) => Grain(key);

    public Task<IReadOnlyList<string>> Keys(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([.. _grains.Keys]);

    public bool TryDecode(
        LogRecord record, string key, [NotNullWhen(true)] out StreamEvent? decoded, [NotNullWhen(false)] out string? reason)
    {
        (decoded, reason) = long.TryParse(Encoding.UTF8.GetString(record.Value.Span), CultureInfo.InvariantCulture, out var value)
            ? (new Numbered(value), null)
            : ((StreamEvent?)null, "not a number");
        return decoded is not null;
    }

    /// <param name="schema">What the record says that it is; none: an event.</param>
    public Task<AppendedAt> Append(string? key, string value, string topic = "numbers", string? schema = null) => _producer.Append(
        new NewRecord
        {
            Topic = topic,
            Partition = 0,
            Key = key is null ? null : Encoding.UTF8.GetBytes(key),
            Value = Encoding.UTF8.GetBytes(value),
            Headers = schema is null ? [] : [new LogHeader(RecordHeaders.Schema, Encoding.UTF8.GetBytes(schema))],
            Timestamp = DateTimeOffset.UnixEpoch,
        },
        CancellationToken.None);

    /// <param name="unasked">Keys that it does not vouch for.</param>
    public Task<AppendedAt> AppendWatermark(DateTimeOffset through, params string[] unasked) => Append(
        key: null,
        JsonSerializer.Serialize(
            new SourceWatermark { Source = "src", Through = through, Up = true, Unasked = unasked.Length > 0 ? unasked.ToHashSet() : null }),
        schema: RecordSchemas.Watermark);

    /// <summary>Retention: whole segments below an offset go.</summary>
    /// <returns>The first offset that is left.</returns>
    public async Task<long> DropBelow(long offset, string topic = "numbers")
    {
        await _files.DropBelow(new TopicPartition(topic, 0), offset);
        return (await _log.Bounds(new TopicPartition(topic, 0), CancellationToken.None)).Start;
    }

    public IAsyncEnumerable<LogRecord> Read(long from) => _log.Read(new TopicPartition(Topic, 0), from, CancellationToken.None);

    /// <summary>A member joins that copies <see cref="CopiedNumbers.From"/> to the topic.</summary>
    /// <param name="before">Called on the pump's turn before each record is derived from.</param>
    public async Task<PumpGroup> JoinCopying(Action<LogRecord>? before = null, TimeProvider? time = null)
    {
        var services = Services("copying", time ?? TimeProvider.System, new PumpCounters());
        var member = new PumpGroup(
            services,
            partition => new DerivationPump(partition, services, new CopiedNumbers(Topic, before)),
            _ => { },
            _ => { });
        _groups.Add(member);
        await member.Join([new TopicSpec(CopiedNumbers.From, 1)], CancellationToken.None);
        return member;
    }

    /// <summary>A member of the group joins; with one partition it gets it, and whoever had it loses it.</summary>
    /// <param name="creating">Called before each pump is created.</param>
    /// <param name="pauses">What another process knows of pauses.</param>
    public async Task<PumpGroup> Join(
        string group = Group, TimeProvider? time = null, Action<IAssignedPartition>? creating = null, PauseBoard? pauses = null)
    {
        var services = Services(group, time ?? TimeProvider.System) with { Pauses = pauses ?? Pauses };
        var member = new PumpGroup(
            services,
            partition =>
            {
                creating?.Invoke(partition);
                return new GrainPump(partition, services, this);
            },
            pump => Board.SignIn((GrainPump)pump),
            pump => Board.SignOut((GrainPump)pump));
        _groups.Add(member);
        await member.Join([new TopicSpec(Topic, 1)], CancellationToken.None);
        return member;
    }

    /// <summary>Returns when a group of its own, which nobody can pause, has read all there is and fed it to grains of its own.</summary>
    public async Task IsReadElsewhere()
    {
        var end = (await _log.Bounds(new TopicPartition(Topic, 0), CancellationToken.None)).End;
        var services = Services($"elsewhere{_groups.Count}", TimeProvider.System, new PumpCounters()) with { Pauses = null };
        var feed = new GrainsElsewhere(this);
        await using var group = new PumpGroup(services, partition => new GrainPump(partition, services, feed), _ => { }, _ => { });
        await group.Join([new TopicSpec(Topic, 1)], CancellationToken.None);
        await Holds(() => group.Pumps is [{ } pump] && pump.AppliedMark == end, "another group has read all");
    }

    /// <summary>A pump that belongs to no group and runs.</summary>
    public GrainPump Pump(IAssignedPartition partition)
    {
        var pump = new GrainPump(partition, Services(Group, TimeProvider.System), this);
        pump.Start(Schedulers.Create());
        return pump;
    }

    private PumpServices Services(string group, TimeProvider time, PumpCounters? counters = null) => new()
    {
        Group = group,
        Owner = "test",
        EventLog = _log,
        Producer = _producer,
        Partitions = Store ?? Partitions,
        DeadLetters = DeadLetters,
        Counters = counters ?? Counters,
        Commits = new CommitWatch(group, NullLogger.Instance),
        Pauses = Pauses,
        Options = Options,
        Schedulers = Schedulers,
        Time = time,
        Logger = NullLogger.Instance,
    };

    /// <summary>An operator pauses the partition; returns when the pumps have been told.</summary>
    public async Task Pause(string topic = "numbers")
    {
        await PauseStore.Pause(
            new PausedPartition(topic, 0, new PartitionPause(DateTimeOffset.UnixEpoch, "op", "a look")), CancellationToken.None);
        await Pauses.Refresh(CancellationToken.None);
    }

    public async Task Resume(string topic = "numbers")
    {
        await PauseStore.Resume(topic, 0, CancellationToken.None);
        await Pauses.Refresh(CancellationToken.None);
    }

    /// <summary>Copies the rows of partitions and what grains have stored.</summary>
    /// <returns>Puts the copy in place of what is stored then.</returns>
    public async Task<Func<Task>> Backup()
    {
        var grains = _grains.Values.Select(static grain => grain.Copy()).ToArray();
        var rows = await StoredRows();
        return async () =>
        {
            foreach (var restore in grains)
                restore();
            foreach (var (key, now) in await StoredRows())
                await _rows.Write(
                    new StateWrite
                    {
                        Key = key,
                        SchemaVersion = now.SchemaVersion,
                        Payload = rows[key].Payload,
                        ExpectedETag = now.ETag,
                        ETag = now.ETag + " restored",
                        Index = new StateIndex(Group, null),
                    },
                    CancellationToken.None);
        };
    }

    private async Task<Dictionary<StateKey, StateRow>> StoredRows()
    {
        var rows = new Dictionary<StateKey, StateRow>();
        foreach (var entry in await _rows.Query(new StateQuery("$partition"), CancellationToken.None))
            rows[new StateKey(entry.Kind, entry.Id)] = (await _rows.Read(new StateKey(entry.Kind, entry.Id), CancellationToken.None))!;
        return rows;
    }

    /// <summary>Returns when the stored low-water mark is at the end of the log.</summary>
    public Task AllDurable() => Eventually.HoldsAsync(
        async () =>
        {
            var end = (await _log.Bounds(new TopicPartition(Topic, 0), CancellationToken.None)).End;
            var rows = await Partitions.List(Group, CancellationToken.None);
            return rows.SingleOrDefault(row => row.Key == Key)?.LowWater == end;
        },
        Deadline,
        "everything is durable");

    public static Task Holds(Func<bool> condition, string what) => Eventually.Holds(condition, Deadline, what);

    public async Task<IReadOnlyList<LogRecord>> DeadLettered()
    {
        var letters = new List<LogRecord>();
        await foreach (var letter in _log.Read(new TopicPartition(Topics.DeadLetters, 0), 0, CancellationToken.None))
            letters.Add(letter);
        return letters;
    }

    /// <summary>In = applied + duplicate + filtered + superseded + dead-lettered.</summary>
    public void AssertBooksBalance()
    {
        var totals = Counters.Totals;
        Assert.Equal(totals.In, totals.Applied + totals.Duplicate + totals.Filtered + totals.Superseded + totals.DeadLettered);
    }

    private sealed class GrainsElsewhere(PumpHarness harness) : IGrainFeed
    {
        private readonly ConcurrentDictionary<string, ModelGrain> _own = new(StringComparer.Ordinal);

        public string Topic => harness.Topic;

        public IIngestGrain GrainOf(string key) => _own.GetOrAdd(key, _ => new ModelGrain(harness.Topic, harness.LogId));

        public Task<IReadOnlyList<string>> Keys(CancellationToken cancellation) => harness.Keys(cancellation);

        public bool TryDecode(
            LogRecord record, string key, [NotNullWhen(true)] out StreamEvent? decoded, [NotNullWhen(false)] out string? reason) =>
            harness.TryDecode(record, key, out decoded, out reason);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var group in _groups)
            await group.DisposeAsync();
        await _producer.DisposeAsync();
        await _log.DisposeAsync();
        await _rows.DisposeAsync();
    }
}
