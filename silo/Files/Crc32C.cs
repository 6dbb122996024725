using System.Buffers.Binary;
using System.Numerics;

namespace StreamForge.Silo.Files;

/// <summary>CRC-32C (Castagnoli, RFC 3720 B.4) by the processor's own instruction where it has one.</summary>
public static class Crc32C
{
    /// <summary>The checksum of one piece.</summary>
    public static uint Of(ReadOnlySpan<byte> data) => Finish(Append(Start, data));

    /// <summary>The state before the first byte.</summary>
    public static uint Start => uint.MaxValue;

    /// <summary>The state after more bytes.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> data)
    {
        while (data.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (var b in data)
            state = BitOperations.Crc32C(state, b);
        return state;
    }

    /// <summary>The checksum of the bytes so far.</summary>
    public static uint Finish(uint state) => ~state;
}
