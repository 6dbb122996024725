using System.Text;
using Microsoft.Extensions.Logging;
using StreamForge.Silo.Files;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>What groups have committed, under which incarnation of a topic.</summary>
internal readonly record struct OffsetKey(string Group, TopicPartition Partition, Guid LogId);

/// <summary>The committed offsets of all groups: a file of commits, the last one of a key counts. Rewritten when it has grown.</summary>
internal sealed class OffsetStore : ICommitTarget
{
    private const byte CommitKind = 1;
    private const long RewriteAt = 4 << 20;
    private const string Folder = "groups";

    private readonly PartitionContext _context;
    private readonly Lock _lock = new();
    private readonly Dictionary<OffsetKey, long> _stored = [];
    private List<(OffsetKey Key, long Offset, TaskCompletionSource Waiter)> _pending = [];
    private IAppendFile _file = null!;
    private long _number;
    private long _durable;
    private bool _damaged;
    private bool _closed;

    private OffsetStore(PartitionContext context) => _context = context;

    /// <summary>Reads all commits; a torn tail is cut.</summary>
    /// <exception cref="CorruptLogException">The file is damaged.</exception>
    public static async ValueTask<OffsetStore> Open(PartitionContext context)
    {
        var store = new OffsetStore(context);
        var names = context.Files.Files(Folder).Where(n => n.EndsWith(".seg", StringComparison.Ordinal)).ToList();
        foreach (var name in names)
            await store.Load(name);
        if (names.Count == 0)
            store._file = await context.Files.OpenAppend(PathOf(0));
        foreach (var name in names.SkipLast(1))
            await context.Files.Delete($"{Folder}/{name}");
        return store;
    }

    /// <summary>What the group committed durably; none where it never did under this log id.</summary>
    public long? Committed(OffsetKey key)
    {
        lock (_lock)
            return _stored.TryGetValue(key, out var offset) ? offset : null;
    }

    /// <summary>Returns once the commit is durable.</summary>
    public Task Store(OffsetKey key, long offset)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isFirst;
        lock (_lock)
        {
            if (_closed)
                return Task.FromException(new EventLogException("The log is closed."));
            isFirst = _pending.Count == 0;
            _pending.Add((key, offset, waiter));
        }

        if (isFirst)
            _context.Committer.Enqueue(this);
        return waiter.Task;
    }

    public async Task Commit()
    {
        List<(OffsetKey Key, long Offset, TaskCompletionSource Waiter)> batch;
        lock (_lock)
            (batch, _pending) = (_pending, []);
        try
        {
            if (_damaged)
                await _file.Truncate(_durable);
            _damaged = false;
            await Write(_file, batch.Select(c => (c.Key, c.Offset)));
            _durable = _file.Length;
        }
        catch (Exception e)
        {
            _damaged = true;
            EmbeddedLogMessages.GroupCommitFailed(_context.Logger, e, batch.Count);
            foreach (var (key, _, waiter) in batch)
                waiter.SetException(new EventLogException($"The commit of group {key.Group} for {key.Partition} could not be written.", e));
            return;
        }

        lock (_lock)
        {
            foreach (var (key, offset, _) in batch)
                _stored[key] = offset;
        }

        foreach (var (_, _, waiter) in batch)
            waiter.SetResult();
        if (_durable > RewriteAt)
            await Rewrite();
    }

    public async ValueTask Close()
    {
        lock (_lock)
            _closed = true;
        await _file.DisposeAsync();
    }

    private static string PathOf(long number) => string.Create(null, $"{Folder}/{number:D20}.seg");

    private async ValueTask Load(string name)
    {
        var path = $"{Folder}/{name}";
        _file = await _context.Files.OpenAppend(path);
        _ = long.TryParse(Path.GetFileNameWithoutExtension(name), out _number);
        var readable = _context.Files.Describe(path);
        _durable = await FrameScan.Run(_file, readable, mayBeTorn: true, (_, header, payload) =>
        {
            if (header.Kind != CommitKind)
                return;
            var (key, offset) = Decode(payload);
            _stored[key] = offset;
        });
        if (_durable < _file.Length)
        {
            EmbeddedLogMessages.TornTail(_context.Logger, readable, _durable, _file.Length - _durable);
            await _file.Truncate(_durable);
        }
    }

    /// <summary>Begins a file that holds just the last commit of every key. Until it is durable the old one stays.</summary>
    private async ValueTask Rewrite()
    {
        try
        {
            var next = await _context.Files.OpenAppend(PathOf(_number + 1));
            await next.Truncate(0);
            await Write(next, _stored.Select(c => (c.Key, c.Value)));
            var old = _file;
            (_file, _durable) = (next, next.Length);
            _number++;
            await old.DisposeAsync();
            await _context.Files.Delete(old.Path);
        }
        catch (IOException e)
        {
            EmbeddedLogMessages.GroupCommitFailed(_context.Logger, e, 0);
        }
    }

    private static async ValueTask Write(IAppendFile file, IEnumerable<(OffsetKey Key, long Offset)> commits)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        var back = 0L;
        foreach (var (key, offset) in commits)
        {
            var payload = Encode(key, offset);
            var header = new byte[Frame.HeaderSize];
            Frame.WriteHeader(header, CommitKind, back, payload);
            parts.Add(header);
            parts.Add(payload);
            back += header.Length + payload.Length;
        }

        await file.Append(parts, sync: true);
    }

    private static byte[] Encode(OffsetKey key, long offset)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        writer.Write(key.Group);
        writer.Write(key.Partition.Topic);
        writer.Write(key.LogId.ToByteArray());
        writer.Write(key.Partition.Partition);
        writer.Write(offset);
        writer.Flush();
        return memory.ToArray();
    }

    /// <exception cref="InvalidDataException">It is no commit.</exception>
    private static (OffsetKey Key, long Offset) Decode(ReadOnlySpan<byte> payload)
    {
        using var reader = new BinaryReader(new MemoryStream(payload.ToArray()), Encoding.UTF8);
        try
        {
            var group = reader.ReadString();
            var topic = reader.ReadString();
            var logId = new Guid(reader.ReadBytes(16));
            var partition = reader.ReadInt32();
            return (new OffsetKey(group, new TopicPartition(topic, partition), logId), reader.ReadInt64());
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"it is no commit of a group ({e.Message})", e);
        }
    }
}
