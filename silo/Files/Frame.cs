using System.Buffers.Binary;

namespace StreamForge.Silo.Files;

/// <summary>
/// The framing of everything that is appended to files. Little endian: magic (2 bytes), kind (1), version (1), length of the
/// payload (4), <c>back</c> (4), CRC-32C of those twelve bytes and the payload (4), payload.
/// </summary>
/// <remarks>
/// <c>back</c> is the distance from the frame to the start of the run of bytes that one sync made durable. A frame is written only when all
/// before its run is durable. So a valid frame whose run starts behind a broken one proves that the broken bytes were once durable:
/// damage, not the torn tail of a crash.
/// </remarks>
public static class Frame
{
    public const int HeaderSize = 16;

    /// <summary>The kind of a frame without payload that says: all before me is durable. Written when a file is sealed or closed.</summary>
    public const byte Mark = 0;

    /// <summary>The first two bytes of a frame.</summary>
    internal static ReadOnlySpan<byte> Magic => [0xF5, 0x9A];

    private const byte Version = 1;
    private const int Checked = 12;

    /// <summary>Writes the header of a frame whose payload comes in one or two pieces.</summary>
    public static void WriteHeader(
        Span<byte> header, byte kind, long back, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> rest = default)
    {
        Magic.CopyTo(header);
        header[2] = kind;
        header[3] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], payload.Length + rest.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)Math.Min(back, uint.MaxValue));
        var crc = Crc32C.Append(Crc32C.Start, header[..Checked]);
        crc = Crc32C.Append(Crc32C.Append(crc, payload), rest);
        BinaryPrimitives.WriteUInt32LittleEndian(header[Checked..], Crc32C.Finish(crc));
    }

    /// <summary>A mark, ready to be appended.</summary>
    public static byte[] NewMark()
    {
        var mark = new byte[HeaderSize];
        WriteHeader(mark, Mark, back: 0, []);
        return mark;
    }

    /// <summary>Looks at the start of <paramref name="data"/>.</summary>
    public static FrameStatus TryRead(ReadOnlySpan<byte> data, out FrameHeader header)
    {
        header = default;
        if (data.Length < HeaderSize)
            return FrameStatus.Short;
        if (!data.StartsWith(Magic) || data[3] != Version)
            return FrameStatus.Broken;
        var length = BinaryPrimitives.ReadInt32LittleEndian(data[4..]);
        if (length < 0)
            return FrameStatus.Broken;
        header = new FrameHeader(data[2], length, BinaryPrimitives.ReadUInt32LittleEndian(data[8..]));
        if (data.Length - HeaderSize < length)
            return FrameStatus.Short;
        var crc = Crc32C.Append(Crc32C.Start, data[..Checked]);
        crc = Crc32C.Finish(Crc32C.Append(crc, data.Slice(HeaderSize, length)));
        return crc == BinaryPrimitives.ReadUInt32LittleEndian(data[Checked..]) ? FrameStatus.Valid : FrameStatus.Broken;
    }
}

/// <summary>What the bytes at a position are.</summary>
public enum FrameStatus
{
    /// <summary>A whole frame.</summary>
    Valid = 0,

    /// <summary>Perhaps a frame, of which there is not all.</summary>
    Short = 1,

    /// <summary>Not a frame, or one whose checksum is wrong.</summary>
    Broken = 2,
}

/// <param name="Kind">What the payload is; the writer's own code, 0 for a mark.</param>
/// <param name="Length">Bytes of payload.</param>
/// <param name="Back">Bytes from the start of the run to this frame.</param>
public readonly record struct FrameHeader(byte Kind, int Length, uint Back)
{
    /// <summary>Bytes of header and payload.</summary>
    public int Size => Frame.HeaderSize + Length;
}
