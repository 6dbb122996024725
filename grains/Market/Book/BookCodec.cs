using StreamForge.Contracts.Market;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market.Book;

/// <summary>
/// Levels in few bytes. Where all prices of a side have one scale, and all quantities, and all fit 64 bits, which is the rule:
/// the scales once, then differences of neighbouring prices and quantities as varints. Else every level in full.
/// </summary>
internal static class BookCodec
{
    private const byte Scaled = 1;
    private const byte Full = 0;

    public static void Write(StateWriter writer, ReadOnlySpan<PriceLevel> levels)
    {
        writer.Count(levels.Length);
        if (levels.Length == 0)
            return;
        if (!IsUniform(levels))
        {
            writer.Byte(Full);
            foreach (var level in levels)
            {
                writer.Decimal(level.Price);
                writer.Decimal(level.Quantity);
            }

            return;
        }

        writer.Byte(Scaled);
        writer.Byte(levels[0].Price.Scale);
        writer.Byte(levels[0].Quantity.Scale);
        var previous = 0L;
        foreach (var level in levels)
        {
            TryMantissa(level.Price, out var price);
            TryMantissa(level.Quantity, out var quantity);
            writer.Signed(price - previous);
            writer.Signed(quantity);
            previous = price;
        }
    }

    public static PriceLevel[] Read(ref StateReader reader)
    {
        var levels = new PriceLevel[reader.Count()];
        if (levels.Length == 0)
            return levels;
        if (reader.Byte() == Full)
        {
            for (var i = 0; i < levels.Length; i++)
                levels[i] = new PriceLevel(reader.Decimal(), reader.Decimal());
            return levels;
        }

        var (priceScale, quantityScale) = (reader.Byte(), reader.Byte());
        if (priceScale > 28 || quantityScale > 28)
            throw new InvalidDataException("Not the scale of a decimal.");
        var price = 0L;
        for (var i = 0; i < levels.Length; i++)
        {
            price += reader.Signed();
            levels[i] = new PriceLevel(FromMantissa(price, priceScale), FromMantissa(reader.Signed(), quantityScale));
        }

        return levels;
    }

    private static bool IsUniform(ReadOnlySpan<PriceLevel> levels)
    {
        var (priceScale, quantityScale) = (levels[0].Price.Scale, levels[0].Quantity.Scale);
        foreach (var level in levels)
            if (level.Price.Scale != priceScale || level.Quantity.Scale != quantityScale
                || !TryMantissa(level.Price, out _) || !TryMantissa(level.Quantity, out _))
                return false;
        return true;
    }

    private static bool TryMantissa(decimal value, out long mantissa)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        mantissa = (long)((uint)bits[0] | ((ulong)(uint)bits[1] << 32));
        // Differences of prices must fit too: one bit is left free.
        if (bits[2] != 0 || (ulong)mantissa > long.MaxValue / 2)
            return false;
        if (bits[3] < 0)
            mantissa = -mantissa;
        return true;
    }

    private static decimal FromMantissa(long mantissa, byte scale)
    {
        // The least number has no positive counterpart among them, but it has a magnitude.
        var magnitude = (ulong)(mantissa < 0 ? -mantissa : mantissa);
        return new decimal((int)magnitude, (int)(magnitude >> 32), 0, mantissa < 0, scale);
    }
}
