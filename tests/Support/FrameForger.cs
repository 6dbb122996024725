using System.Buffers.Binary;
using StreamForge.Silo.Files;

namespace StreamForge.Tests.Support;

/// <summary>Files of frames in which one payload is changed and its checksum made right again.</summary>
public static class FrameForger
{
    /// <param name="file">Whole frames, one after the other.</param>
    /// <param name="random">Chooses the frame and the damage.</param>
    public static byte[] Forge(ReadOnlySpan<byte> file, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var frames = new List<(FrameHeader Header, byte[] Payload)>();
        for (var at = 0; Frame.TryRead(file[at..], out var header) == FrameStatus.Valid; at += header.Size)
            frames.Add((header, file.Slice(at + Frame.HeaderSize, header.Length).ToArray()));
        Assert.NotEmpty(frames);
        var chosen = random.Next(frames.Count);
        // What says how the rest is to be read stands in front.
        frames[chosen] = frames[chosen] with { Payload = Forged(frames[chosen].Payload, random) };
        using var forged = new MemoryStream();
        foreach (var (header, payload) in frames)
        {
            var front = new byte[Frame.HeaderSize];
            Frame.WriteHeader(front, header.Kind, header.Back, payload);
            forged.Write(front);
            forged.Write(payload);
        }

        return forged.ToArray();
    }

    private static byte[] Forged(byte[] payload, Random random)
    {
        const int front = 64;
        if (random.Next(3) > 0 || payload.Length < sizeof(int))
            return ByteMutator.Mutate(payload, random, front);
        // A number where one may stand, at the ends of its range.
        int[] numbers = [int.MinValue, -1, 0, 1, int.MaxValue, payload.Length, payload.Length + 1];
        BinaryPrimitives.WriteInt32LittleEndian(
            payload.AsSpan(random.Next(Math.Min(front, payload.Length - sizeof(int) + 1))), numbers[random.Next(numbers.Length)]);
        return payload;
    }
}
