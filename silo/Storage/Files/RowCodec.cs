using System.Buffers.Binary;
using System.Text;
using StreamForge.Grains.State;

namespace StreamForge.Silo.Storage.Files;

/// <summary>What a row carries beside its payload.</summary>
internal sealed record RowHead(StateKey Key, int SchemaVersion, string ETag, StateIndex Index, DateTimeOffset WrittenAt);

/// <summary>
/// A row as the payload of a frame: length of the head (4 bytes, little endian), head, payload of the row. The head is written by
/// <see cref="BinaryWriter"/>; texts that may be missing have a flag before them.
/// </summary>
internal static class RowCodec
{
    /// <summary>The kind of a frame that holds a row.</summary>
    public const byte Row = 1;

    /// <summary>The kind of a frame that says that a row is gone; it has a head and no payload.</summary>
    public const byte Tombstone = 2;

    /// <summary>The head, with its length before it.</summary>
    public static byte[] EncodeHead(RowHead head)
    {
        using var memory = new MemoryStream(128);
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        writer.Write(0);
        writer.Write(head.Key.Kind);
        writer.Write(head.Key.Id);
        writer.Write(head.SchemaVersion);
        writer.Write(head.ETag);
        writer.Write(head.WrittenAt.UtcTicks);
        WriteText(writer, head.Index.Scope);
        WriteText(writer, head.Index.Status);
        WriteNumber(writer, head.Index.Sequence);
        WriteNumber(writer, head.Index.DueAt?.UtcTicks);
        writer.Flush();
        var bytes = memory.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - sizeof(int));
        return bytes;
    }

    /// <summary>Where the payload of the row begins in the payload of the frame.</summary>
    /// <exception cref="InvalidDataException">It is no row.</exception>
    public static int PayloadStart(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(frame) is var head && (head < 0 || head > frame.Length - sizeof(int)))
            throw new InvalidDataException($"a row of {frame.Length} bytes does not hold its head");
        return sizeof(int) + head;
    }

    /// <exception cref="InvalidDataException">It is no row.</exception>
    public static RowHead DecodeHead(ReadOnlySpan<byte> frame)
    {
        using var reader = new BinaryReader(new MemoryStream(frame[sizeof(int)..PayloadStart(frame)].ToArray()), Encoding.UTF8);
        try
        {
            return ReadHead(reader);
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"it is no row ({e.Message})", e);
        }
    }

    private static RowHead ReadHead(BinaryReader reader)
    {
        var key = new StateKey(reader.ReadString(), reader.ReadString());
        var schemaVersion = reader.ReadInt32();
        var etag = reader.ReadString();
        var writtenAt = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
        var scope = ReadText(reader);
        var status = ReadText(reader);
        var sequence = ReadNumber(reader);
        var due = ReadNumber(reader) is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : (DateTimeOffset?)null;
        return new RowHead(key, schemaVersion, etag, new StateIndex(scope, status, sequence, due), writtenAt);
    }

    private static void WriteText(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
            writer.Write(text);
    }

    private static string? ReadText(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    private static void WriteNumber(BinaryWriter writer, long? number)
    {
        writer.Write(number.HasValue);
        if (number is { } value)
            writer.Write(value);
    }

    private static long? ReadNumber(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadInt64() : null;
}
