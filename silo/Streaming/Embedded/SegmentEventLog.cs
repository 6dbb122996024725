using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Files;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>
/// The event log of one process, as segment files: append-only, a checksum for every record, group commit, consumer groups in
/// process. Records are seen by readers when they are as durable as <see cref="EmbeddedLogOptions.Fsync"/> makes them.
/// </summary>
public sealed class SegmentEventLog : IEventLog
{
    private const int ReadAtLargeBytes = 1 << 20;

    private readonly PartitionContext _context;
    private readonly IDisposable _claim;
    private readonly TopicCatalog _topics;
    private readonly OffsetStore _offsets;
    private readonly TaskScheduler _scheduler = TaskScheduler.Current;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ConsumerGroup> _groups = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _retention;
    private bool _closed;

    private SegmentEventLog(PartitionContext context, IDisposable claim, TopicCatalog topics, OffsetStore offsets)
    {
        _context = context;
        _claim = claim;
        _topics = topics;
        _offsets = offsets;
        _retention = RetainForEver();
    }

    /// <summary>
    /// Opens the log that lies at the root of <paramref name="files"/>, or begins one. Every record is read and its checksum verified: about
    /// a second for a gigabyte. Background work runs on the scheduler of the caller.
    /// </summary>
    /// <exception cref="ValidationException">Options are out of their ranges; all that are, in one message.</exception>
    /// <exception cref="FolderInUseException">Another process owns the folder.</exception>
    /// <exception cref="CorruptLogException">A file is damaged, and not by the last crash cutting short its last writes.</exception>
    public static async ValueTask<SegmentEventLog> Open(
        IFileSystem files, EmbeddedLogOptions options, TimeProvider time, IIdSource ids, ILogger logger)
    {
        OptionsCheck.ThrowIfInvalid(options);
        var claim = files.Claim("");
        var context = new PartitionContext(files, options, time, new GroupCommitter(), logger);
        try
        {
            var topics = new TopicCatalog(context, ids);
            await topics.Load();
            var offsets = await OffsetStore.Open(context);
            EmbeddedLogMessages.Opened(logger, files.Describe(""), topics.All.Count, topics.All.Sum(t => t.Partitions.Count));
            return new SegmentEventLog(context, claim, topics, offsets);
        }
        catch
        {
            await context.Committer.DisposeAsync();
            claim.Dispose();
            throw;
        }
    }

    public async ValueTask<TopicInfo> EnsureTopic(TopicSpec spec, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return (await _topics.Ensure(spec)).Info;
    }

    /// <summary>A topic that is there.</summary>
    /// <exception cref="EventLogException">There is no such topic.</exception>
    public TopicInfo Topic(string name) => _topics[name].Info;

    public ValueTask<OffsetBounds> Bounds(TopicPartition partition, CancellationToken cancellation) =>
        new(_topics[partition].Bounds);

    public IEventProducer CreateProducer() => new SegmentProducer(_topics, _context.Committer);

    /// <exception cref="EventLogException">There is no such topic.</exception>
    /// <exception cref="TopicMismatchException">The topics have unequal counts of partitions.</exception>
    public ValueTask<IGroupMember> Join(
        string group, IReadOnlyList<string> topics, IAssignmentHandler handler, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfLessThan(topics.Count, 1, nameof(topics));
        var expected = _topics[topics[0]].Info.Partitions;
        foreach (var topic in topics)
            if (_topics[topic].Info.Partitions is var actual && actual != expected)
                throw new TopicMismatchException(topic, expected, actual);

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (!_groups.TryGetValue(group, out var members))
                _groups.Add(group, members = new ConsumerGroup(group, _context, _topics, _offsets, _scheduler));
            return new ValueTask<IGroupMember>(members.Join([.. topics], handler));
        }
    }

    public async IAsyncEnumerable<LogRecord> Read(
        TopicPartition partition, long from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var log = _topics[partition];
        var end = log.Bounds.End;
        var cursor = default(SegmentCursor);
        while (from < end)
        {
            cancellation.ThrowIfCancellationRequested();
            (var batch, cursor) = await log.Read(from, ReadAtLargeBytes, cursor);
            foreach (var record in batch.Records)
            {
                if (record.Offset >= end)
                    yield break;
                cancellation.ThrowIfCancellationRequested();
                yield return record;
            }

            from = batch.Records[^1].Offset + 1;
        }
    }

    /// <summary>Drops the oldest segments of a partition as far as all of their records lie below an offset: a tool for operators.</summary>
    public ValueTask DropBelow(TopicPartition partition, long offset) => _topics[partition].DropBelow(offset);

    /// <summary>
    /// Ends a membership as a broker does that no longer hears of a member: what it owns is lost at once, its
    /// <see cref="IGroupMember.Completion"/> fails with the reason.
    /// </summary>
    public static void Expel(IGroupMember member, string reason) =>
        ((GroupMember)member).Expel(new EventLogException(reason));

    /// <summary>Ends memberships, commits what is under way, marks the files as whole and gives the folder free.</summary>
    public async ValueTask DisposeAsync()
    {
        List<ConsumerGroup> groups;
        lock (_lock)
        {
            if (_closed)
                return;
            _closed = true;
            groups = [.. _groups.Values.OrderBy(g => g.Name, StringComparer.Ordinal)];
        }

        foreach (var group in groups)
            await group.Close();
        _closing.Cancel();
        await _retention;
        await _context.Committer.DisposeAsync();
        foreach (var topic in _topics.All)
            foreach (var partition in topic.Partitions)
                await partition.Close();
        await _offsets.Close();
        _claim.Dispose();
        _closing.Dispose();
    }

    private async Task RetainForEver()
    {
        while (!_closing.IsCancellationRequested)
        {
            foreach (var topic in _topics.All)
                if (topic.Retention is { } kept)
                    foreach (var partition in topic.Partitions)
                        await partition.DropOlderThan(_context.Time.GetUtcNow() - kept);
            try
            {
                await Task.Delay(_context.Options.RetentionInterval, _context.Time, _closing.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
