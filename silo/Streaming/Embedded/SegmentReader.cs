using StreamForge.Silo.Files;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>Where a reader goes on in a file, so that reading in order needs no search.</summary>
internal readonly record struct SegmentCursor(Segment? Segment, long Position, long Offset);

/// <summary>Reads records of one segment from disk.</summary>
internal static class SegmentReader
{
    private const int LeastBlock = 16 << 10;

    // Below the size from which .NET puts arrays on the large-object heap: fresh pages for every read cost more than the reading.
    private const int MostBlock = 64 << 10;

    /// <summary>The records at or above an offset, at least one where the segment has one, about <paramref name="maxSize"/> bytes.</summary>
    /// <param name="length">Bytes of the segment that may be seen.</param>
    /// <exception cref="CorruptLogException">A checksum is wrong, or what it is of is no record.</exception>
    public static async ValueTask<(List<LogRecord> Records, SegmentCursor Next)> Read(
        Segment segment, TopicPartition partition, long position, long length, long from, int maxSize)
    {
        var records = new List<LogRecord>();
        var size = 0L;
        var want = Math.Clamp(maxSize, LeastBlock, MostBlock);
        while (position < length)
        {
            // The records keep the block: it is theirs, not pooled.
            var block = GC.AllocateUninitializedArray<byte>((int)Math.Min(want, length - position));
            await Fill(segment, position, block);
            var used = 0;
            FrameStatus status;
            FrameHeader header;
            while ((status = Frame.TryRead(block.AsSpan(used), out header)) == FrameStatus.Valid)
            {
                var payload = block.AsMemory(used + Frame.HeaderSize, header.Length);
                if (header.Kind == PartitionLog.RecordKind && RecordCodec.Offset(payload.Span) >= from)
                {
                    var record = Decode(segment, partition, position + used, payload);
                    size += record.Size;
                    if (size > maxSize && records.Count > 0)
                        return (records, new SegmentCursor(segment, position + used, record.Offset));
                    records.Add(record);
                }

                used += header.Size;
            }

            if (status == FrameStatus.Broken || (position + used < length && position + used + header.Size > length))
                throw new CorruptLogException(segment.Name, position + used, "the checksum is wrong");
            position += used;
            if (size >= maxSize)
                break;
            want = used == 0 ? Math.Max(want, header.Size) : want;
        }

        return (records, new SegmentCursor(segment, position, records.Count > 0 ? records[^1].Offset + 1 : from));
    }

    private static LogRecord Decode(Segment segment, TopicPartition partition, long position, ReadOnlyMemory<byte> payload)
    {
        try
        {
            return RecordCodec.Read(payload, partition);
        }
        catch (InvalidDataException e)
        {
            throw new CorruptLogException(segment.Name, position, e.Message);
        }
    }

    private static async ValueTask Fill(Segment segment, long position, byte[] block)
    {
        if (await segment.File.ReadAt(position, block) < block.Length)
            throw new CorruptLogException(segment.Name, position, "the file is shorter than it was");
    }
}
