using StreamForge.Silo.Files;

namespace StreamForge.Silo.Streaming.Embedded;

internal sealed partial class PartitionLog
{
    /// <summary>The records at and above an offset, about <paramref name="maxSize"/> bytes of them; empty at the end of the log.</summary>
    /// <param name="cursor">Where the last read ended; default where there was none.</param>
    /// <exception cref="OffsetOutOfRangeException">The offset is below the start or above the end.</exception>
    public async ValueTask<(LogBatch Batch, SegmentCursor Next)> Read(long from, int maxSize, SegmentCursor cursor)
    {
        while (true)
        {
            Segment segment;
            long position;
            long length;
            OffsetBounds bounds;
            List<ReadOnlyMemory<byte>>? cached;
            lock (_lock)
            {
                bounds = BoundsNow;
                if (_closed)
                    throw Closed();
                if (from < bounds.Start || from > bounds.End)
                    throw new OffsetOutOfRangeException(Partition, from, bounds);
                if (from == bounds.End)
                    return (new LogBatch([], bounds.End), default);
                cached = _tail.Read(from, maxSize);
                segment = SegmentOf(from);
                position = cursor.Segment == segment && cursor.Offset == from ? cursor.Position : segment.PositionBefore(from);
                length = segment.Length;
            }

            if (cached is not null)
                return (new LogBatch(Decode(cached), bounds.End), default);

            try
            {
                var (records, next) = await SegmentReader.Read(segment, Partition, position, length, from, maxSize);
                if (records.Count > 0)
                    return (new LogBatch(records, bounds.End), next);
            }
            catch (ObjectDisposedException)
            {
                // Retention took the segment meanwhile: the bounds say so now.
            }
        }
    }

    private List<LogRecord> Decode(List<ReadOnlyMemory<byte>> frames)
    {
        var records = new List<LogRecord>(frames.Count);
        foreach (var frame in frames)
            records.Add(RecordCodec.Read(frame[Frame.HeaderSize..], Partition));
        return records;
    }

    /// <summary>The first segment with records at or above an offset that lies below the end of the log.</summary>
    private Segment SegmentOf(long offset)
    {
        var (low, high) = (0, _segments.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_segments[middle].EndOffset <= offset)
                low = middle + 1;
            else
                high = middle;
        }

        return _segments[low];
    }
}
