using System.Buffers.Text;

namespace StreamForge.Grains.Market.Wire;

/// <summary>Times as text.</summary>
internal static class Utf8Time
{
    private const long TicksPerSecond = TimeSpan.TicksPerSecond;
    private const long MaxUnixSeconds = 253_402_300_799;

    /// <summary>ISO 8601, <c>2024-08-08T23:54:16.299+00:00</c> with up to seven digits of fraction, or with <c>Z</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        // The round-trip form 'O' wants exactly seven digits; pad what a writer trimmed.
        time = default;
        if (text.Length < 20 || text[^1] != 'Z' && (text.Length < 25 || text[^6] is not ((byte)'+' or (byte)'-')))
            return false;
        var zone = text[^1] == 'Z' ? text.Length - 1 : text.Length - 6;
        Span<byte> full = stackalloc byte[33];
        "0000-00-00T00:00:00.0000000+00:00"u8.CopyTo(full);
        if (zone is < 19 or > 27 || zone == 20)
            return false;
        text[..zone].CopyTo(full);
        if (text[^1] != 'Z')
            text[zone..].CopyTo(full[27..]);
        if (!Utf8Parser.TryParse(full, out DateTimeOffset parsed, out var used, 'O') || used != full.Length)
            return false;
        time = parsed.ToUniversalTime();
        return true;
    }

    /// <summary>Unix seconds with a fraction, <c>1618678142.557535</c>, to 100 ns.</summary>
    public static bool TryParseUnixSeconds(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        if (!Utf8Parser.TryParse(text, out ulong seconds, out var used) || seconds > MaxUnixSeconds)
            return false;
        var ticks = (long)seconds * TicksPerSecond;
        if (used < text.Length)
        {
            var fraction = text[(used + 1)..];
            if (text[used] != '.' || fraction.IsEmpty)
                return false;
            var unit = TicksPerSecond;
            foreach (var c in fraction)
            {
                if (c is < (byte)'0' or > (byte)'9')
                    return false;
                unit /= 10;
                ticks += unit * (c - '0');
            }
        }
        time = DateTimeOffset.UnixEpoch.AddTicks(ticks);
        return true;
    }

    /// <summary>Unix nanoseconds, decimal, to 100 ns.</summary>
    public static bool TryParseUnixNanoseconds(ReadOnlySpan<byte> text, out DateTimeOffset time, out long nanoseconds)
    {
        time = default;
        if (!Utf8Parser.TryParse(text, out nanoseconds, out var used) || used != text.Length || nanoseconds < 0)
            return false;
        time = DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100);
        return true;
    }
}
