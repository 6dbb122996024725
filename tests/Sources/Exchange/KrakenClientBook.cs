using System.Text;
using System.Text.Json;

namespace StreamForge.Tests.Sources.Exchange;

/// <summary>A client's Kraken book, kept as the venue's documentation says, with the venue's checksum.</summary>
internal sealed class KrakenClientBook
{
    private const int Depth = 1000;
    private readonly SortedDictionary<decimal, (string Price, string Quantity)> _bids = new(Comparer<decimal>.Create((a, b) => b.CompareTo(a)));
    private readonly SortedDictionary<decimal, (string Price, string Quantity)> _asks = [];

    /// <summary>Applies a message of the book channel.</summary>
    /// <returns>The checksum that the venue gave; null for a snapshot.</returns>
    public string? Apply(JsonElement message)
    {
        string? checksum = null;
        foreach (var part in message.EnumerateArray().Where(part => part.ValueKind == JsonValueKind.Object))
        {
            foreach (var property in part.EnumerateObject())
            {
                if (property.Name == "c")
                    checksum = property.Value.GetString();
                else
                    Apply(property.Name[0] == 'b' ? _bids : _asks, property);
            }
        }

        return checksum;
    }

    /// <summary>CRC32 over the ten best asks and bids: https://docs.kraken.com/websockets/#book-checksum.</summary>
    public string Checksum()
    {
        var text = new StringBuilder();
        foreach (var (price, quantity) in _asks.Values.Take(10).Concat(_bids.Values.Take(10)))
            text.Append(Digits(price)).Append(Digits(quantity));
        var crc = uint.MaxValue;
        foreach (var c in text.ToString())
        {
            crc ^= c;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return (~crc).ToString();
    }

    private static void Apply(SortedDictionary<decimal, (string, string)> side, JsonProperty levels)
    {
        if (levels.Name.Length == 2)
            side.Clear();
        foreach (var level in levels.Value.EnumerateArray())
        {
            var price = level[0].GetString()!;
            var quantity = level[1].GetString()!;
            if (decimal.Parse(quantity) == 0)
                side.Remove(decimal.Parse(price));
            else
                side[decimal.Parse(price)] = (price, quantity);
        }

        while (side.Count > Depth)
            side.Remove(side.Keys.Last());
    }

    private static string Digits(string number) => number.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
}
