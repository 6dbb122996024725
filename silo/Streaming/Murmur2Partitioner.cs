using System.Buffers.Binary;

namespace StreamForge.Silo.Streaming;

/// <summary>
/// Which partition a key belongs to: equal to Kafka's Java default (<c>org.apache.kafka.common.utils.Utils.murmur2</c>) and to
/// librdkafka's <c>murmur2_random</c>, so that records keep their partition whichever log carries them.
/// </summary>
public static class Murmur2Partitioner
{
    private const uint Multiplier = 0x5bd1e995;
    private const int Shift = 24;
    private const uint Seed = 0x9747b28c;

    /// <summary>The partition of a key, from 0 to <paramref name="partitions"/> - 1.</summary>
    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        return (Hash(key) & int.MaxValue) % partitions;
    }

    /// <summary>The 32-bit murmur2 hash with Kafka's seed.</summary>
    public static int Hash(ReadOnlySpan<byte> data)
    {
        var hash = Seed ^ (uint)data.Length;
        while (data.Length >= sizeof(uint))
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(data) * Multiplier;
            word = (word ^ (word >> Shift)) * Multiplier;
            hash = (hash * Multiplier) ^ word;
            data = data[sizeof(uint)..];
        }

        if (data.Length > 0)
            hash = (hash ^ Tail(data)) * Multiplier;

        hash = (hash ^ (hash >> 13)) * Multiplier;
        return (int)(hash ^ (hash >> 15));
    }

    private static uint Tail(ReadOnlySpan<byte> rest)
    {
        uint word = 0;
        for (var i = 0; i < rest.Length; i++)
            word |= (uint)rest[i] << (8 * i);
        return word;
    }
}
