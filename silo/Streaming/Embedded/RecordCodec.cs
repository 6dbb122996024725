using System.Buffers.Binary;
using System.Text;
using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>
/// A record as the payload of a frame. Little endian: offset (8 bytes), timestamp and time of appending (8 each, Unix
/// milliseconds), length of the key (4, -1 for none), count of headers (2), key, headers (length of the name 2, name in UTF-8,
/// length of the value 4, value), value.
/// </summary>
internal static class RecordCodec
{
    private const int Fixed = 8 + 8 + 8 + 4 + 2;

    // The names that the platform's own records carry: read from disk, they need no new strings.
    private static readonly (byte[] Utf8, string Name)[] Known = [.. new[]
    {
        RecordHeaders.EventId, RecordHeaders.Origin, RecordHeaders.TraceParent, RecordHeaders.Source, RecordHeaders.Schema,
        RecordHeaders.ReceivedAt, RecordHeaders.Instrument, RecordHeaders.RepairId, RecordHeaders.RepairRange, RecordHeaders.ReplayOf,
    }.Select(name => (Encoding.UTF8.GetBytes(name), name))];

    /// <summary>Bytes of the payload.</summary>
    public static long Size(NewRecord record)
    {
        long size = Fixed + (record.Key?.Length ?? 0) + (long)record.Value.Length;
        for (var i = 0; i < record.Headers.Count; i++)
            size += 2 + 4 + Encoding.UTF8.GetByteCount(record.Headers[i].Name) + record.Headers[i].Value.Length;
        return size;
    }

    /// <summary>Writes the payload.</summary>
    public static void Write(Span<byte> span, long offset, long appendedAt, NewRecord record)
    {
        BinaryPrimitives.WriteInt64LittleEndian(span, offset);
        BinaryPrimitives.WriteInt64LittleEndian(span[8..], record.Timestamp.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64LittleEndian(span[16..], appendedAt);
        BinaryPrimitives.WriteInt32LittleEndian(span[24..], record.Key?.Length ?? -1);
        BinaryPrimitives.WriteUInt16LittleEndian(span[28..], checked((ushort)record.Headers.Count));
        var at = Fixed;
        if (record.Key is { } key)
            Put(span, ref at, key);
        for (var i = 0; i < record.Headers.Count; i++)
        {
            var header = record.Headers[i];
            var name = Encoding.UTF8.GetBytes(header.Name, span[(at + 2)..]);
            BinaryPrimitives.WriteUInt16LittleEndian(span[at..], checked((ushort)name));
            at += 2 + name;
            BinaryPrimitives.WriteInt32LittleEndian(span[at..], header.Value.Length);
            at += 4;
            Put(span, ref at, header.Value);
        }

        record.Value.Span.CopyTo(span[at..]);
    }

    /// <summary>The offset of the record in a payload.</summary>
    /// <exception cref="InvalidDataException">It is no record.</exception>
    public static long Offset(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < Fixed)
            throw new InvalidDataException($"A record of {payload.Length} bytes is too short to be one");
        var offset = BinaryPrimitives.ReadInt64LittleEndian(payload);
        return offset is >= 0 and < long.MaxValue ? offset : throw new InvalidDataException($"{offset} is no offset");
    }

    /// <summary>When the record in a payload was appended, Unix milliseconds.</summary>
    public static long AppendedAt(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadInt64LittleEndian(payload[16..]);

    /// <summary>The record in a payload whose checksum is right; its parts lie in <paramref name="payload"/>.</summary>
    /// <exception cref="InvalidDataException">It is no record.</exception>
    public static LogRecord Read(ReadOnlyMemory<byte> payload, TopicPartition partition)
    {
        var span = payload.Span;
        var offset = Offset(span);
        var keyLength = BinaryPrimitives.ReadInt32LittleEndian(span[24..]);
        var headers = new LogHeader[BinaryPrimitives.ReadUInt16LittleEndian(span[28..])];
        var at = Fixed;
        var key = keyLength < 0 ? (ReadOnlyMemory<byte>?)null : Take(payload, ref at, keyLength);
        for (var i = 0; i < headers.Length; i++)
        {
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(Take(payload, ref at, 2).Span);
            var name = NameOf(Take(payload, ref at, nameLength).Span);
            var valueLength = BinaryPrimitives.ReadInt32LittleEndian(Take(payload, ref at, 4).Span);
            headers[i] = new LogHeader(name, Take(payload, ref at, valueLength));
        }

        return new LogRecord
        {
            Partition = partition,
            Offset = offset,
            Timestamp = TimeOf(BinaryPrimitives.ReadInt64LittleEndian(span[8..])),
            Key = key,
            Headers = headers,
            Value = payload[at..],
        };
    }

    private static void Put(Span<byte> span, ref int at, ReadOnlyMemory<byte> part)
    {
        part.Span.CopyTo(span[at..]);
        at += part.Length;
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> memory, ref int at, int length)
    {
        if (length < 0 || length > memory.Length - at)
            throw new InvalidDataException($"A part of {length} bytes does not fit into a record of {memory.Length}");
        var part = memory.Slice(at, length);
        at += length;
        return part;
    }

    private static DateTimeOffset TimeOf(long milliseconds) =>
        milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new InvalidDataException($"{milliseconds} is no time");

    private static string NameOf(ReadOnlySpan<byte> utf8)
    {
        foreach (var (known, name) in Known)
            if (utf8.SequenceEqual(known))
                return name;
        return Encoding.UTF8.GetString(utf8);
    }
}
