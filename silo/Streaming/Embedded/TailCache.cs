namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>The newest records of a partition, so that readers that keep up never touch the disk. Not safe for threads.</summary>
internal sealed class TailCache(int maxBytes)
{
    private readonly List<(List<LogRecord> Records, long Bytes)> _batches = [];
    private int _first;
    private long _bytes;

    /// <summary>Adds the records of a commit and lets the oldest go.</summary>
    public void Add(List<LogRecord> records, long bytes)
    {
        if (maxBytes == 0 || records.Count == 0)
            return;
        _batches.Add((records, bytes));
        _bytes += bytes;
        while (_bytes > maxBytes && _first < _batches.Count - 1)
        {
            _bytes -= _batches[_first].Bytes;
            _batches[_first++] = default;
        }

        if (_first > 64 && _first > _batches.Count / 2)
        {
            _batches.RemoveRange(0, _first);
            _first = 0;
        }
    }

    /// <summary>The records from an offset on, about <paramref name="maxSize"/> bytes; null where the cache does not go back so far.</summary>
    public List<LogRecord>? Read(long from, int maxSize)
    {
        if (_first == _batches.Count || _batches[_first].Records[0].Offset > from)
            return null;

        var batch = BatchOf(from);
        var index = IndexOf(_batches[batch].Records, from);
        var found = new List<LogRecord>(Math.Min(_batches[batch].Records.Count - index, 1024));
        var size = 0L;
        for (; batch < _batches.Count; batch++, index = 0)
        {
            var records = _batches[batch].Records;
            for (; index < records.Count; index++)
            {
                size += records[index].Size;
                if (size > maxSize && found.Count > 0)
                    return found;
                found.Add(records[index]);
            }
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
            if (_batches[middle].Records[0].Offset <= offset)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    private static int IndexOf(List<LogRecord> records, long offset)
    {
        var (low, high) = (0, records.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (records[middle].Offset < offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
