using StreamForge.Silo.Files;

namespace StreamForge.Silo.Storage.Files;

/// <summary>The frames that one commit appends, and what the index will say once they are durable.</summary>
internal sealed class RowRun
{
    private readonly List<(RowHead Head, long Offset, int Size, int PayloadBytes, bool IsTombstone)> _rows = [];
    private readonly Dictionary<StateKey, string?> _tags = [];

    /// <summary>What to write, in order.</summary>
    public List<ReadOnlyMemory<byte>> Parts { get; } = [];

    public long Bytes { get; private set; }

    /// <summary>The run changes the row; out: the ETag that it will have, null where it will be gone.</summary>
    public bool Changes(StateKey key, out string? etag) => _tags.TryGetValue(key, out etag);

    public void AddRow(RowHead head, ReadOnlyMemory<byte> payload)
    {
        Add(RowCodec.Row, head, payload);
        _tags[head.Key] = head.ETag;
    }

    public void AddTombstone(RowHead head)
    {
        Add(RowCodec.Tombstone, head, default);
        _tags[head.Key] = null;
    }

    /// <summary>Makes the index say what is durable now, at <paramref name="start"/> of the segment.</summary>
    public void Apply(RowTable table, RowSegment segment, long start)
    {
        foreach (var (head, offset, size, payloadBytes, isTombstone) in _rows)
        {
            if (isTombstone)
                table.Remove(head.Key);
            else
                table.Set(new RowEntry(head, segment, start + offset, size, payloadBytes));
        }
    }

    private void Add(byte kind, RowHead head, ReadOnlyMemory<byte> payload)
    {
        var encoded = RowCodec.EncodeHead(head);
        var front = new byte[Frame.HeaderSize + encoded.Length];
        encoded.CopyTo(front, Frame.HeaderSize);
        Frame.WriteHeader(front, kind, Bytes, encoded, payload.Span);
        Parts.Add(front);
        if (!payload.IsEmpty)
            Parts.Add(payload);
        var size = front.Length + payload.Length;
        _rows.Add((head, Bytes, size, payload.Length, kind == RowCodec.Tombstone));
        Bytes += size;
    }
}
