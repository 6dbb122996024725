using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Faults;

/// <summary>Damages a frame so that it is no longer what the venue said.</summary>
internal static class FrameDamage
{
    /// <summary>Cuts the message short, puts garbage into its middle, or breaks its structure.</summary>
    public static MarketFrame Damage(in MarketFrame frame, Random random)
    {
        var text = frame.Bytes.Span;
        byte[] damaged = random.Next(3) switch
        {
            0 => text[..(1 + random.Next(text.Length - 1))].ToArray(),
            1 => Garble(text, random),
            _ => [.. text[..(text.Length / 2)], .. "}]\0{["u8, .. text[(text.Length / 2)..]],
        };
        return frame with { Bytes = damaged, DataStart = 0, DataLength = damaged.Length };
    }

    /// <summary>A text message must stay UTF-8, or the socket itself would break: the garbage is of control characters.</summary>
    private static byte[] Garble(ReadOnlySpan<byte> text, Random random)
    {
        var garbled = text.ToArray();
        var start = random.Next(garbled.Length);
        for (var i = start; i < Math.Min(garbled.Length, start + 8); i++)
            garbled[i] = (byte)random.Next(1, 32);
        return garbled;
    }
}
