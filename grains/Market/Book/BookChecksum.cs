using System.Buffers.Text;
using System.Globalization;

namespace StreamForge.Grains.Market.Book;

/// <summary>
/// Kraken's checksum of a book: CRC32 (IEEE) over the best ten asks from low to high, then the best ten bids from high to low, of each
/// the digits of price and quantity as sent, without the point and without leading zeros.
/// </summary>
/// <remarks>Source: Kraken, "WebSocket API v1, book checksum". The digits are those of the decimal's integer, since its scale is kept.</remarks>
public static class BookChecksum
{
    private const int Levels = 10;
    private static readonly uint[] Table = MakeTable();

    public static uint Compute(BookSide asks, BookSide bids)
    {
        var crc = Side(asks, uint.MaxValue);
        return ~Side(bids, crc);
    }

    private static uint Side(BookSide side, uint crc)
    {
        for (var i = 0; i < Levels && i < side.Count; i++)
        {
            ref readonly var level = ref side[i];
            crc = Digits(level.Price, crc);
            crc = Digits(level.Quantity, crc);
        }

        return crc;
    }

    private static uint Digits(decimal value, uint crc)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        Span<byte> digits = stackalloc byte[32];
        int length;
        if (bits[2] == 0)
            Utf8Formatter.TryFormat((uint)bits[0] | ((ulong)(uint)bits[1] << 32), digits, out length);
        else
            new decimal(bits[0], bits[1], bits[2], false, 0).TryFormat(digits, out length, default, CultureInfo.InvariantCulture);
        foreach (var digit in digits[..length])
            crc = Table[(byte)(crc ^ digit)] ^ (crc >> 8);
        return crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var entry = i;
            for (var bit = 0; bit < 8; bit++)
                entry = (entry & 1) != 0 ? 0xEDB88320 ^ (entry >> 1) : entry >> 1;
            table[i] = entry;
        }

        return table;
    }
}
