using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Ck = Confluent.Kafka;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>Our records and positions in the client's terms, and back.</summary>
internal static class KafkaConversions
{
    /// <summary>Kafka's UUIDs are two big-endian halves.</summary>
    public static Guid ToGuid(this Ck.Uuid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, id.MostSignificantBits);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], id.LeastSignificantBits);
        return new Guid(bytes, bigEndian: true);
    }

    public static LogRecord ToOurs(this Ck.ConsumeResult<byte[]?, byte[]?> result, TopicPartition partition)
    {
        var message = result.Message;
        LogHeader[] headers = [];
        if (message.Headers is { Count: > 0 } theirs)
        {
            headers = new LogHeader[theirs.Count];
            for (var i = 0; i < headers.Length; i++)
                headers[i] = new LogHeader(theirs[i].Key, theirs[i].GetValueBytes());
        }

        return new LogRecord
        {
            Partition = partition,
            Offset = result.Offset.Value,
            Timestamp = Time(message.Timestamp.UnixTimestampMs),
            Key = message.Key is { } key ? key : (ReadOnlyMemory<byte>?)null,
            Value = message.Value ?? [],
            Headers = headers,
        };
    }

    /// <summary>
    /// Whoever appends may set any 64-bit number; one that is no time must not end the thread that fetches every partition.
    /// </summary>
    public static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(
        milliseconds, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    public static Ck.Message<byte[]?, byte[]?> ToKafka(this NewRecord record)
    {
        var message = new Ck.Message<byte[]?, byte[]?>
        {
            Key = record.Key is { } key ? Bytes(key) : null,
            Value = Bytes(record.Value),
            Timestamp = new Ck.Timestamp(record.Timestamp.ToUnixTimeMilliseconds(), Ck.TimestampType.CreateTime),
        };
        if (record.Headers.Count == 0)
            return message;
        message.Headers = [];
        for (var i = 0; i < record.Headers.Count; i++)
            message.Headers.Add(record.Headers[i].Name, Bytes(record.Headers[i].Value));
        return message;
    }

    /// <summary>Bytes that count against the largest record: key, value, headers.</summary>
    public static long WireBytes(this NewRecord record)
    {
        long sum = (record.Key?.Length ?? 0) + record.Value.Length;
        for (var i = 0; i < record.Headers.Count; i++)
            sum += record.Headers[i].Name.Length + record.Headers[i].Value.Length + 2;
        return sum;
    }

    /// <summary>The array itself where the memory is a whole array: the client copies it anyway.</summary>
    private static byte[] Bytes(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : memory.ToArray();
}
