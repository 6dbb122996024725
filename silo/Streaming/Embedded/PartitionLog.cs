using Microsoft.Extensions.Logging;
using StreamForge.Silo.Files;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>What the partitions of one log share.</summary>
internal sealed record PartitionContext(
    IFileSystem Files, EmbeddedLogOptions Options, TimeProvider Time, GroupCommitter Committer, ILogger Logger);

/// <summary>One partition: segments on disk, the tail in memory, appends that wait for the next group commit.</summary>
internal sealed partial class PartitionLog : ICommitTarget
{
    /// <summary>The kind of a frame that holds a record.</summary>
    public const byte RecordKind = 1;

    private readonly PartitionContext _context;
    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly List<Segment> _segments = [];
    private readonly TailCache _tail;
    private readonly ChunkAllocator _memory = new();
    private List<AppendBatch> _pending = [];
    private TaskCompletionSource? _appended;
    private long _end;
    private long _nextOffset;
    private long _unsynced;
    private long _pendingBytes;
    private bool _damaged;
    private bool _closed;

    private PartitionLog(TopicPartition partition, Guid logId, string folder, PartitionContext context)
    {
        Partition = partition;
        LogId = logId;
        _folder = folder;
        _context = context;
        _tail = new TailCache(context.Options.TailCacheBytes);
    }

    public TopicPartition Partition { get; }

    public Guid LogId { get; }

    /// <summary>First offset kept, and the offset after the newest record that is durable.</summary>
    public OffsetBounds Bounds
    {
        get
        {
            lock (_lock)
                return BoundsNow;
        }
    }

    // The end lies after the last record, not at the base of a segment still empty: between the two there is nothing to read.
    private OffsetBounds BoundsNow => new(_segments[0].BaseOffset, Math.Max(_segments[0].BaseOffset, _end));

    private Segment Active => _segments[^1];

    /// <summary>Opens the partition that lies in a folder: every frame is read and checked, and the indexes are built.</summary>
    /// <exception cref="CorruptLogException">A file is damaged.</exception>
    public static async ValueTask<PartitionLog> Open(
        TopicPartition partition, Guid logId, string folder, PartitionContext context)
    {
        var log = new PartitionLog(partition, logId, folder, context);
        var names = context.Files.Files(folder).Where(n => n.EndsWith(".seg", StringComparison.Ordinal)).ToList();
        for (var i = 0; i < names.Count; i++)
            await log.Load(names[i], isLast: i == names.Count - 1);
        if (names.Count == 0)
            log._segments.Add(await log.NewSegment(0));
        log._end = log._segments.FindLast(s => s.HasRecords)?.EndOffset ?? log.Active.BaseOffset;
        log._nextOffset = log.Active.EndOffset;
        return log;
    }

    /// <summary>Completes once the end of the log lies above an offset.</summary>
    public Task Above(long offset)
    {
        lock (_lock)
        {
            if (_closed)
                return Task.FromException(Closed());
            if (BoundsNow.End > offset)
                return Task.CompletedTask;
            return (_appended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Syncs, marks the file as whole and closes it. No appends may be under way.</summary>
    public async ValueTask Close()
    {
        TaskCompletionSource? appended;
        List<AppendBatch> pending;
        lock (_lock)
        {
            _closed = true;
            (appended, _appended) = (_appended, null);
            (pending, _pending) = (_pending, []);
        }

        foreach (var batch in pending)
            batch.Fail(Closed());
        appended?.TrySetException(Closed());
        try
        {
            if (!_damaged && Active.HasRecords)
                await Active.File.Append([Frame.NewMark()], sync: true);
        }
        catch (IOException e)
        {
            EmbeddedLogMessages.CloseFailed(_context.Logger, e, Active.Name);
        }

        foreach (var segment in _segments)
            await segment.File.DisposeAsync();
    }

    private EventLogException Closed() => new($"The log of {Partition} is closed.");

    private async ValueTask Load(string name, bool isLast)
    {
        var path = $"{_folder}/{name}";
        var readable = _context.Files.Describe(path);
        if (!long.TryParse(Path.GetFileNameWithoutExtension(name), out var baseOffset))
            throw new CorruptLogException(readable, 0, "the name is not that of a segment");
        if (_segments.Count > 0 && baseOffset < Active.EndOffset)
            throw new CorruptLogException(readable, 0, $"the segment before it ends at offset {Active.EndOffset}");

        var file = await _context.Files.OpenAppend(path);
        var segment = new Segment(file, readable, baseOffset, _context.Options.IndexIntervalBytes);
        var end = await FrameScan.Run(file, readable, isLast, (position, header, payload) =>
        {
            if (header.Kind != RecordKind)
                return;
            var offset = RecordCodec.Offset(payload);
            if (offset < segment.EndOffset)
                throw new CorruptLogException(readable, position, $"offset {offset} comes after {segment.EndOffset - 1}");
            segment.Note(offset, position, RecordCodec.AppendedAt(payload));
        });
        if (end < file.Length)
        {
            EmbeddedLogMessages.TornTail(_context.Logger, readable, end, file.Length - end);
            await file.Truncate(end);
        }
        else if (isLast && end > 0)
        {
            // What a killed process had written but not synced is here, and will be read: so it has to stay.
            await file.Append([], sync: true);
        }

        segment.Show(end);
        _segments.Add(segment);
    }

    private async ValueTask<Segment> NewSegment(long baseOffset)
    {
        var path = $"{_folder}/{Segment.FileName(baseOffset)}";
        var file = await _context.Files.OpenAppend(path);
        return new Segment(file, _context.Files.Describe(path), baseOffset, _context.Options.IndexIntervalBytes);
    }
}
