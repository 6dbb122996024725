using System.Runtime.InteropServices;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>The newest records of a partition, so that readers that keep up never touch the disk. Not safe for threads.</summary>
/// <remarks>
/// As the bytes that were written, which lie together in few large pieces: a decoded record is some ten objects, and every one that is
/// kept until others push it out is one that the garbage collector moves about meanwhile.
/// </remarks>
internal sealed class TailCache(int maxBytes)
{
    private readonly List<AppendBatch> _batches = [];
    private int _first;
    private long _bytes;

    /// <summary>Adds what a commit wrote and lets the oldest go.</summary>
    public void Add(AppendBatch batch)
    {
        if (maxBytes == 0 || batch.Count == 0)
            return;
        _batches.Add(batch);
        _bytes += batch.Bytes;
        while (_bytes > maxBytes && _first < _batches.Count - 1)
        {
            _bytes -= _batches[_first].Bytes;
            _batches[_first++] = null!;
        }

        if (_first > 64 && _first > _batches.Count / 2)
        {
            _batches.RemoveRange(0, _first);
            _first = 0;
        }
    }

    /// <summary>The frames from an offset on, about <paramref name="maxSize"/> bytes; null where the cache does not go back so far.</summary>
    public List<ReadOnlyMemory<byte>>? Read(long from, int maxSize)
    {
        if (_first == _batches.Count || _batches[_first].FirstOffset > from)
            return null;

        var batch = BatchOf(from);
        var index = (int)Math.Min(from - _batches[batch].FirstOffset, _batches[batch].Count);
        var found = new List<ReadOnlyMemory<byte>>(Math.Min(_batches[batch].Count - index, 1024));
        var size = 0L;
        for (; batch < _batches.Count; batch++, index = 0)
            foreach (var frame in CollectionsMarshal.AsSpan(_batches[batch].Frames)[index..])
            {
                size += frame.Length;
                if (size > maxSize && found.Count > 0)
                    return found;
                found.Add(frame);
            }

        return found;
    }

    /// <summary>The batch in which the first record at or above the offset lies, or after which it lies.</summary>
    private int BatchOf(long offset)
    {
        var (low, high) = (_first, _batches.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_batches[middle].FirstOffset <= offset)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }
}
