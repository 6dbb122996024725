using StreamForge.Silo.Files;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>Hands out memory for frames, in chunks that stay below the large object heap.</summary>
internal sealed class ChunkAllocator
{
    private const int ChunkSize = 64 << 10;
    private byte[] _chunk = [];
    private int _used;

    public Memory<byte> Take(int size)
    {
        if (size > ChunkSize / 4)
            return new byte[size];
        if (_chunk.Length - _used < size)
        {
            _chunk = GC.AllocateUninitializedArray<byte>(ChunkSize);
            _used = 0;
        }

        var memory = _chunk.AsMemory(_used, size);
        _used += size;
        return memory;
    }
}

/// <summary>The appends of one partition that the next group commit takes.</summary>
internal sealed class AppendBatch(long unsyncedBefore)
{
    private readonly List<Memory<byte>> _frames = [];
    private readonly List<AppendChain> _chains = [];

    /// <summary>The records, in order of offset; their parts lie in the bytes that are written.</summary>
    public List<LogRecord> Records { get; } = [];

    /// <summary>Who waits, one for each record.</summary>
    public List<TaskCompletionSource<AppendedAt>> Waiters { get; } = [];

    /// <summary>Bytes of frames.</summary>
    public long Bytes { get; private set; }

    /// <summary>The newest time of appending, Unix milliseconds.</summary>
    public long AppendedAt { get; private set; }

    /// <summary>The frames, in order: what is written.</summary>
    public IReadOnlyList<Memory<byte>> Frames => _frames;

    /// <summary>Encodes a record to be appended at an offset.</summary>
    public Task<AppendedAt> Add(
        NewRecord record, int payload, TopicPartition partition, long offset, long now, ChunkAllocator memory,
        AppendChain? chain)
    {
        var frame = memory.Take(Frame.HeaderSize + payload);
        var stands = RecordCodec.Write(frame[Frame.HeaderSize..], partition, offset, now, record);
        Frame.WriteHeader(frame.Span, PartitionLog.RecordKind, unsyncedBefore + Bytes, frame.Span[Frame.HeaderSize..]);
        var waiter = new TaskCompletionSource<AppendedAt>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (chain is not null && !_chains.Contains(chain))
            _chains.Add(chain);
        Records.Add(stands);
        Waiters.Add(waiter);
        _frames.Add(frame);
        Bytes += frame.Length;
        AppendedAt = Math.Max(AppendedAt, now);
        return waiter.Task;
    }

    /// <summary>The bytes to write: frames that lie side by side in memory are one part.</summary>
    public List<ReadOnlyMemory<byte>> Parts()
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        ArraySegment<byte> run = default;
        foreach (var frame in _frames)
        {
            System.Runtime.InteropServices.MemoryMarshal.TryGetArray<byte>(frame, out var next);
            if (run.Array == next.Array && run.Offset + run.Count == next.Offset)
            {
                run = new ArraySegment<byte>(run.Array!, run.Offset, run.Count + next.Count);
                continue;
            }

            if (run.Array is not null)
                parts.Add(run.AsMemory());
            run = next;
        }

        if (run.Array is not null)
            parts.Add(run.AsMemory());
        return parts;
    }

    public void Complete()
    {
        for (var i = 0; i < Waiters.Count; i++)
            Waiters[i].SetResult(new AppendedAt(Records[i].Partition, Records[i].Offset));
    }

    /// <summary>Nothing more is appended behind what is about to fail.</summary>
    public void BreakChains()
    {
        foreach (var chain in _chains)
            chain.Break();
    }

    public void Fail(EventLogException error)
    {
        foreach (var waiter in Waiters)
            waiter.SetException(error);
    }
}
