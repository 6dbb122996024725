using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Operations;
using StreamForge.Contracts.Streams;
using StreamForge.Embedded.Simulation;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;

namespace StreamForge.Simulation.World;

/// <summary>The event log as a service of the world: the platform's own log of segment files on a disk of its own, in a process that can die.</summary>
internal sealed class Broker(SimulatedWorld world, SimulatedFileSystem disk, IIdSource ids, ILogger logger)
{
    private static readonly EmbeddedLogOptions Options = new()
    {
        // Small, so that retention can take what was written a moment ago.
        SegmentBytes = 8 << 10,
        TailCacheBytes = 32 << 10,
        IndexIntervalBytes = 1 << 10,
        RevokeTimeout = TimeSpan.FromSeconds(3),
        RetentionInterval = TimeSpan.FromSeconds(20),
    };

    public SimulatedFileSystem Disk => disk;

    private SimulatedProcess? _process;
    private TaskCompletionSource _up = new();
    private int _lives;

    /// <summary>The log; none while the broker is down.</summary>
    public SegmentEventLog? Log { get; private set; }

    /// <summary>Cancelled when this life of the broker ends.</summary>
    public CancellationToken Ended => _process?.Ended ?? throw new EventLogException("The broker was never up.");

    public bool IsUp => Log is not null;

    /// <summary>Starts the broker on what its disk holds.</summary>
    public async Task Start()
    {
        _process = world.CreateProcess($"broker{++_lives}");
        Log = await _process.Run(async () => await SegmentEventLog.Open(disk, Options, world.Time, ids, logger));
        _up.TrySetResult();
    }

    /// <summary>Dies; what its disk had not made durable is torn.</summary>
    public void Crash()
    {
        // One that did not come up has waiters already.
        if (_up.Task.IsCompleted)
            _up = new TaskCompletionSource();
        Log = null;
        _process?.Crash();
        disk.Crash(world.Random);
    }

    public void Pause() => _process?.Pause();

    public void Resume() => _process?.Resume();

    /// <summary>Completes when the broker is up.</summary>
    public async Task WhenUp()
    {
        while (!IsUp)
            await _up.Task;
    }

    /// <summary>Runs on the broker itself.</summary>
    public Task<T> Run<T>(Func<SegmentEventLog, ValueTask<T>> work) =>
        (_process ?? throw new EventLogException("The broker was never up.")).Run(async () => await work(Log ?? throw new EventLogException("The broker is down.")));

    /// <summary>No longer hears of a member, and gives its partitions away when its session has run out.</summary>
    public void Expel(IGroupMember member, TimeSpan after)
    {
        if (IsUp)
            _ = _process!.Run(async () =>
            {
                await Task.Delay(after, world.Time);
                SegmentEventLog.Expel(member, "the member was not heard of");
                return true;
            });
    }

    /// <summary>Takes all records of a partition but those in the segment that is being written, as retention does.</summary>
    public async Task Drop(TopicPartition partition)
    {
        try
        {
            await Run(async log =>
            {
                await log.DropBelow(partition, (await log.Bounds(partition, CancellationToken.None)).End);
                return true;
            }).WaitAsync(Ended);
        }
        catch (Exception error) when (error is EventLogException or OperationCanceledException)
        {
            // The broker died over it, or the topic is not there now.
        }
    }

    /// <summary>Where a partition ends now; none while nobody can tell.</summary>
    public async Task<LogPosition?> EndOf(TopicPartition partition)
    {
        try
        {
            return Log is { } log
                ? new LogPosition(log.Topic(partition.Topic).LogId, partition.Partition, (await log.Bounds(partition, CancellationToken.None)).End)
                : null;
        }
        catch (EventLogException)
        {
            // The topic is not there now.
            return null;
        }
    }

    /// <summary>Whether the replay of a letter stands at a place; none where the log cannot tell any more.</summary>
    public async Task<bool?> ReplayStands(DeadLetter letter, LogPosition place, LogTap tap)
    {
        if (tap.IsReplayedTo(letter.Id, place))
            return true;
        var partition = new TopicPartition(letter.Topic, place.Partition);
        try
        {
            return await Run<bool?>(async log =>
            {
                if (log.Topic(letter.Topic).LogId != place.LogId || (await log.Bounds(partition, CancellationToken.None)).Start > place.Offset)
                    return null;
                await foreach (var record in log.Read(partition, place.Offset, CancellationToken.None))
                    return record.Offset == place.Offset && record.Header(RecordHeaders.ReplayOf) == letter.Id;
                return false;
            }).WaitAsync(Ended);
        }
        catch (Exception error) when (error is EventLogException or OperationCanceledException)
        {
            // It died over the question.
            return null;
        }
    }

    /// <summary>Deletes a topic, as an operator may: it is created anew under another log id.</summary>
    public void Forget(string topic)
    {
        foreach (var partition in disk.Folders($"topics/{topic}"))
            foreach (var file in disk.Files($"topics/{topic}/{partition}"))
                disk.Remove($"topics/{topic}/{partition}/{file}");
        disk.Remove($"topics/{topic}/topic.json");
    }
}
