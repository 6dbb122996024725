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

/// <summary>The appends of one partition that the next group commit takes: records of offsets without holes.</summary>
/// <param name="firstOffset">Of the first record.</param>
/// <param name="unsyncedBefore">Bytes that were written before it and are not synced yet.</param>
internal sealed class AppendBatch(TopicPartition partition, long firstOffset, long unsyncedBefore)
{
    private readonly List<AppendChain> _chains = [];
    // Who waits, one for each record.
    private List<TaskCompletionSource<AppendedAt>> _waiters = [];

    public long FirstOffset => firstOffset;

    public int Count => Frames.Count;

    /// <summary>Bytes of frames.</summary>
    public long Bytes { get; private set; }

    /// <summary>The newest time of appending, Unix milliseconds.</summary>
    public long AppendedAt { get; private set; }

    /// <summary>One for each record, in order of offset: what is written.</summary>
    public List<ReadOnlyMemory<byte>> Frames { get; } = [];

    /// <summary>Encodes a record to be appended behind those before.</summary>
    public Task<AppendedAt> Add(NewRecord record, int payload, long now, ChunkAllocator memory, AppendChain? chain)
    {
        var frame = memory.Take(Frame.HeaderSize + payload);
        RecordCodec.Write(frame.Span[Frame.HeaderSize..], firstOffset + Count, now, record);
        Frame.WriteHeader(frame.Span, PartitionLog.RecordKind, unsyncedBefore + Bytes, frame.Span[Frame.HeaderSize..]);
        var waiter = new TaskCompletionSource<AppendedAt>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (chain is not null && !_chains.Contains(chain))
            _chains.Add(chain);
        _waiters.Add(waiter);
        Frames.Add(frame);
        Bytes += frame.Length;
        AppendedAt = Math.Max(AppendedAt, now);
        return waiter.Task;
    }

    /// <summary>The bytes to write: frames that lie side by side in memory are one part.</summary>
    public List<ReadOnlyMemory<byte>> Parts()
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        ArraySegment<byte> run = default;
        foreach (var frame in Frames)
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
        // Whoever keeps the bytes need not keep who waited.
        var waiters = _waiters;
        _waiters = [];
        for (var i = 0; i < waiters.Count; i++)
            waiters[i].SetResult(new AppendedAt(partition, firstOffset + i));
    }

    /// <summary>Nothing more is appended behind what is about to fail.</summary>
    public void BreakChains()
    {
        foreach (var chain in _chains)
            chain.Break();
    }

    public void Fail(EventLogException error)
    {
        foreach (var waiter in _waiters)
            waiter.SetException(error);
    }
}
