namespace StreamForge.Grains.Market.Wire;

/// <summary>
/// Plain decimal text (<c>61800.20</c>) to a <see cref="decimal"/> that keeps the scale as written. Stricter than
/// <see cref="decimal.TryParse(ReadOnlySpan{char}, out decimal)"/>: no sign, exponent, blank or grouping, and what a decimal
/// cannot hold exactly is refused instead of rounded.
/// </summary>
internal static class DecimalText
{
    private const int MaxScale = 28;
    private const int FastDigits = 18;

    public static bool TryParse(ReadOnlySpan<byte> text, out decimal value)
    {
        if (text.Length > FastDigits)
            return TryParseLong(text, out value);
        value = default;
        ulong number = 0;
        var point = -1;
        for (var i = 0; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit <= 9)
                number = number * 10 + digit;
            else if (text[i] == '.' && point < 0 && i > 0)
                point = i;
            else
                return false;
        }
        if (text.IsEmpty || point == text.Length - 1)
            return false;
        var scale = point < 0 ? 0 : text.Length - point - 1;
        value = new decimal((int)number, (int)(number >> 32), 0, isNegative: false, (byte)scale);
        return true;
    }

    private static bool TryParseLong(ReadOnlySpan<byte> text, out decimal value)
    {
        value = default;
        var limit = (UInt128.One << 96) - 1;
        UInt128 number = 0;
        var point = -1;
        for (var i = 0; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                number = number * 10 + digit;
                if (number > limit)
                    return false;
            }
            else if (text[i] == '.' && point < 0 && i > 0)
                point = i;
            else
                return false;
        }
        var scale = point < 0 ? 0 : text.Length - point - 1;
        if (point == text.Length - 1 || scale > MaxScale)
            return false;
        value = new decimal(
            (int)(uint)number, (int)(uint)(number >> 32), (int)(uint)(number >> 64), isNegative: false, (byte)scale);
        return true;
    }
}
