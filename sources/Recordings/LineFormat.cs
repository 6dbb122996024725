using System.Buffers.Text;
using System.Text;

namespace StreamForge.Sources.Recordings;

/// <summary>
/// The grammar of recorded lines, told from each line itself:
/// <c>&lt;ns&gt; &lt;json&gt;</c> (Binance captures), <c>&lt;s.fraction&gt;: &lt;json&gt;</c>, <c>&lt;url&gt; &lt;-&gt; &lt;s&gt;</c>,
/// <c>&lt;url&gt; &lt;- &lt;s&gt;: &lt;json&gt;</c> and <c>&lt;url&gt; -&gt; &lt;s&gt;: &lt;json&gt;</c> (two-file captures).
/// </summary>
internal static class LineFormat
{
    private const long NanosPerSecond = 1_000_000_000;

    /// <summary>Reads one line; the payload is a copy of its own.</summary>
    /// <returns>True for a record; false with a null <paramref name="error"/> for a line that says nothing.</returns>
    public static bool TryRead(ReadOnlySpan<byte> line, string file, int number, out RecordedLine record, out string? error)
    {
        record = default;
        error = null;
        line = line.TrimEnd((byte)'\r');
        if (line.IsEmpty || line.StartsWith("configuration:"u8))
            return false;
        return char.IsAsciiDigit((char)line[0])
            ? TryReadMessage(line, file, number, out record, out error)
            : TryReadAddressed(line, file, number, out record, out error);
    }

    private static bool TryReadMessage(
        ReadOnlySpan<byte> line, string file, int number, out RecordedLine record, out string? error)
    {
        record = default;
        if (!TryReadTime(line, out var at, out var used))
        {
            error = "no time at the start of the line";
            return false;
        }

        var rest = line[used..];
        if (!rest.StartsWith(" "u8) && !rest.StartsWith(": "u8))
        {
            error = "no message after the time";
            return false;
        }

        return TryTake(RecordedKind.Message, at, null, rest, file, number, out record, out error);
    }

    private static bool TryReadAddressed(
        ReadOnlySpan<byte> line, string file, int number, out RecordedLine record, out string? error)
    {
        record = default;
        var space = line.IndexOf((byte)' ');
        if (space <= 0 || line.IndexOf("://"u8) is not (> 0 and var scheme) || scheme > space)
        {
            error = "neither a time nor an address at the start of the line";
            return false;
        }

        var rest = line[(space + 1)..];
        RecordedKind kind;
        if (rest.StartsWith("<-> "u8))
            kind = RecordedKind.Connected;
        else if (rest.StartsWith("<- "u8))
            kind = RecordedKind.Sent;
        else if (rest.StartsWith("-> "u8))
            kind = RecordedKind.Response;
        else
        {
            error = "no <->, <- or -> after the address";
            return false;
        }

        rest = rest[(rest.IndexOf((byte)' ') + 1)..];
        if (!TryReadTime(rest, out var at, out var used))
        {
            error = "no time after the arrow";
            return false;
        }

        var url = Encoding.UTF8.GetString(line[..space]);
        if (kind != RecordedKind.Connected)
            return TryTake(kind, at, url, rest[used..], file, number, out record, out error);
        record = new RecordedLine(kind, at, default, url, file, number);
        error = null;
        return true;
    }

    private static bool TryTake(
        RecordedKind kind, long at, string? url, ReadOnlySpan<byte> rest, string file, int number,
        out RecordedLine record, out string? error)
    {
        var payload = rest.TrimStart(": "u8);
        if (payload.IsEmpty)
        {
            record = default;
            error = "no message after the time";
            return false;
        }

        record = new RecordedLine(kind, at, payload.ToArray(), url, file, number);
        error = null;
        return true;
    }

    /// <summary>Whole digits are nanoseconds; digits with a point are seconds.</summary>
    private static bool TryReadTime(ReadOnlySpan<byte> text, out long nanos, out int used)
    {
        if (!Utf8Parser.TryParse(text, out nanos, out used))
            return false;
        if (used == text.Length || text[used] != '.')
            return text.Length > used && text[used] == ':' ? Seconds(ref nanos) : true;

        long fraction = 0, scale = NanosPerSecond;
        used++;
        for (; used < text.Length && char.IsAsciiDigit((char)text[used]); used++)
        {
            if (scale == 1)
                continue;
            scale /= 10;
            fraction += (text[used] - '0') * scale;
        }

        if (!Seconds(ref nanos))
            return false;
        nanos += fraction;
        return true;
    }

    private static bool Seconds(ref long value)
    {
        if (value > long.MaxValue / NanosPerSecond - 1)
            return false;
        value *= NanosPerSecond;
        return true;
    }
}
