using StreamForge.Silo.Streaming;

namespace StreamForge.Silo.Files;

/// <summary>
/// Takes what one frame holds; the payload is valid during the call. <see cref="InvalidDataException"/>: it is not what such a frame holds.
/// </summary>
public delegate void FrameVisitor(long position, FrameHeader header, ReadOnlySpan<byte> payload);

/// <summary>Reads a file from its start, tells frames from damage and damage from the torn tail of a crash.</summary>
internal static class FrameScan
{
    private const int BlockSize = 1 << 20;

    /// <summary>
    /// Visits every frame. Where <paramref name="mayBeTorn"/> (the file was being written), a torn tail is not visited.
    /// </summary>
    /// <returns>Where the whole frames end: the file's length, or less where its tail is torn.</returns>
    /// <exception cref="CorruptLogException">Bytes that were durable once are not what was written.</exception>
    public static async ValueTask<long> Run(IAppendFile file, string name, bool mayBeTorn, FrameVisitor visit)
    {
        var block = new byte[Math.Min(BlockSize, Math.Max(file.Length, 1))];
        var position = 0L;
        while (position < file.Length)
        {
            var read = await file.ReadAt(position, block);
            var used = Visit(block.AsSpan(0, read), name, position, visit, out var status, out var needed);
            position += used;
            if (position == file.Length)
                break;
            if (status == FrameStatus.Short && position + needed <= file.Length)
            {
                if (used == 0)
                    block = new byte[Math.Max(needed, block.Length)];
                continue;
            }

            if (!mayBeTorn || await WasDurable(file, position))
                throw new CorruptLogException(name, position, "the checksum is wrong");
            return position;
        }

        return position;
    }

    private static int Visit(
        ReadOnlySpan<byte> data, string name, long position, FrameVisitor visit, out FrameStatus status, out int needed)
    {
        var used = 0;
        while (true)
        {
            status = Frame.TryRead(data[used..], out var header);
            needed = header.Size;
            if (status != FrameStatus.Valid)
                return used;
            Take(name, position + used, header, data.Slice(used + Frame.HeaderSize, header.Length), visit);
            used += header.Size;
        }
    }

    /// <summary>A checksum that is right over what nobody writes: damage to whoever wrote it, and no tail to be cut.</summary>
    private static void Take(string name, long position, in FrameHeader header, ReadOnlySpan<byte> payload, FrameVisitor visit)
    {
        try
        {
            visit(position, header, payload);
        }
        catch (InvalidDataException e)
        {
            throw new CorruptLogException(name, position, e.Message);
        }
    }

    /// <summary>Looks for a frame that can have been written only after the bytes at <paramref name="broken"/> were durable.</summary>
    private static async ValueTask<bool> WasDurable(IAppendFile file, long broken)
    {
        var rest = new byte[file.Length - broken];
        await file.ReadAt(broken, rest);
        return HasLaterRun(rest);
    }

    private static bool HasLaterRun(ReadOnlySpan<byte> rest)
    {
        for (var at = 1; at < rest.Length; at++)
        {
            var next = rest[at..].IndexOf(Frame.Magic);
            if (next < 0)
                return false;
            at += next;
            if (Frame.TryRead(rest[at..], out var header) == FrameStatus.Valid && header.Back < at)
                return true;
        }

        return false;
    }
}
