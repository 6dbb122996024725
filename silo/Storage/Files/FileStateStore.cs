using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;
using StreamForge.Grains.State;
using StreamForge.Silo.Files;
using StreamForge.Silo.Streaming;

namespace StreamForge.Silo.Storage.Files;

/// <summary>
/// Grain state on one machine: versions of rows are appended to segment files, the newest ones are indexed in memory, what is
/// superseded is compacted away beside the writes.
/// </summary>
public sealed partial class FileStateStore : IStateStore, ICommitTarget
{
    private const int LongestKind = 64;
    private const int LongestId = 512;

    private readonly IFileSystem _files;
    private readonly FileStateStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IDisposable _claim;
    private readonly GroupCommitter _committer;
    private readonly Lock _lock = new();
    private readonly RowTable _table = new();
    private readonly List<RowSegment> _segments = [];
    private bool _closed;

    private FileStateStore(
        IFileSystem files, FileStateStoreOptions options, TimeProvider time, ILogger logger, IDisposable claim)
    {
        _files = files;
        _options = options;
        _time = time;
        _logger = logger;
        _claim = claim;
        _committer = new GroupCommitter();
    }

    private RowSegment Active => _segments[^1];

    /// <summary>
    /// Opens the store that lies at the root of <paramref name="files"/>, or begins one: reads and checks every row and builds the
    /// index. Background work runs on the scheduler of the caller.
    /// </summary>
    /// <exception cref="ValidationException">Options are out of their ranges; all that are, in one message.</exception>
    /// <exception cref="FolderInUseException">Another process owns the folder.</exception>
    /// <exception cref="CorruptLogException">A file is damaged, and not by the last crash cutting short its last writes.</exception>
    public static async ValueTask<FileStateStore> Open(
        IFileSystem files, FileStateStoreOptions options, TimeProvider time, ILogger logger)
    {
        OptionsCheck.ThrowIfInvalid(options);
        var claim = files.Claim("");
        var store = new FileStateStore(files, options, time, logger, claim);
        try
        {
            var names = files.Files("").Where(n => n.EndsWith(".seg", StringComparison.Ordinal)).ToList();
            for (var i = 0; i < names.Count; i++)
                await store.Load(names[i], isLast: i == names.Count - 1);
            if (names.Count == 0)
                await store.Begin(0);
            FileStateStoreMessages.Opened(logger, files.Describe(""), store._table.Count, store._segments.Count);
            return store;
        }
        catch
        {
            await store._committer.DisposeAsync();
            claim.Dispose();
            throw;
        }
    }

    public async ValueTask<StateRow?> Read(StateKey key, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            RowEntry? entry;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                entry = _table[key];
            }

            if (entry is null)
                return null;
            try
            {
                var frame = new byte[entry.Size];
                await entry.Segment.File.ReadAt(entry.Position, frame);
                if (Frame.TryRead(frame, out _) != FrameStatus.Valid)
                    throw new CorruptLogException(entry.Segment.Name, entry.Position, "the checksum of a row is wrong");
                return new StateRow(
                    key, entry.Head.SchemaVersion, frame.AsMemory(entry.Size - entry.PayloadBytes), entry.Head.ETag);
            }
            catch (ObjectDisposedException)
            {
                // Compaction moved the row meanwhile: the index says where it is now.
            }
        }
    }

    public ValueTask<string?> CurrentETag(string kind, string id, CancellationToken cancellation)
    {
        lock (_lock)
            return new ValueTask<string?>(_table[new StateKey(kind, id)]?.Head.ETag);
    }

    public ValueTask<IReadOnlyList<StateEntry>> Query(StateQuery query, CancellationToken cancellation)
    {
        if (query.Limit is < 1 or > 10_000)
            throw new ArgumentOutOfRangeException(nameof(query), query.Limit, "The limit is from 1 to 10,000.");
        lock (_lock)
            return new ValueTask<IReadOnlyList<StateEntry>>(_table.Query(query));
    }

    /// <summary>Writes what is under way, marks the file as whole and gives the folder free.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_closed)
                return;
            _closed = true;
        }

        await _committer.DisposeAsync();
        FailPending();
        try
        {
            if (!_damaged && Active.File.Length > 0)
                await Active.File.Append([Frame.NewMark()], sync: true);
        }
        catch (IOException e)
        {
            FileStateStoreMessages.CloseFailed(_logger, e, Active.Name);
        }

        foreach (var segment in _segments)
            await segment.File.DisposeAsync();
        _claim.Dispose();
    }

    private async ValueTask Load(string name, bool isLast)
    {
        var readable = _files.Describe(name);
        if (!long.TryParse(Path.GetFileNameWithoutExtension(name), out var number))
            throw new CorruptLogException(readable, 0, "the name is not that of a segment");
        var segment = new RowSegment(await _files.OpenAppend(name), readable, number);
        var file = segment.File;
        var end = await FrameScan.Run(file, readable, isLast, (position, header, frame) => Index(segment, position, header, frame));
        if (end < file.Length)
        {
            FileStateStoreMessages.TornTail(_logger, readable, end, file.Length - end);
            await file.Truncate(end);
        }
        else if (isLast && end > 0)
        {
            // What a killed process had written but not synced is here, and will be read: so it has to stay.
            await file.Append([], sync: true);
        }

        _segments.Add(segment);
    }

    private void Index(RowSegment segment, long position, FrameHeader header, ReadOnlySpan<byte> frame)
    {
        switch (header.Kind)
        {
            case RowCodec.Row:
                var payloadBytes = header.Length - RowCodec.PayloadStart(frame);
                _table.Set(new RowEntry(RowCodec.DecodeHead(frame), segment, position, header.Size, payloadBytes));
                break;
            case RowCodec.Tombstone:
                _table.Remove(RowCodec.DecodeHead(frame).Key);
                break;
        }
    }

    private async ValueTask Begin(long number)
    {
        var name = string.Create(null, $"{number:D20}.seg");
        var file = await _files.OpenAppend(name);
        lock (_lock)
            _segments.Add(new RowSegment(file, _files.Describe(name), number));
    }
}
