using System.Text.Json;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>A level as the venue wrote it: the digits are kept, for they are part of what is checked.</summary>
/// <param name="Price">Price, as written.</param>
/// <param name="Quantity">Quantity, as written.</param>
/// <param name="Time">The level's own time, where the venue gives one.</param>
internal readonly record struct WrittenLevel(string Price, string Quantity, string? Time);

/// <summary>
/// The exchange's own book side: levels by price, best first. It shares nothing with the platform's book, which is checked
/// against it.
/// </summary>
internal sealed class PriceLadder
{
    private readonly SortedDictionary<decimal, WrittenLevel> _levels;

    /// <param name="highestFirst">True for bids.</param>
    public PriceLadder(bool highestFirst) =>
        _levels = new(highestFirst ? Comparer<decimal>.Create((a, b) => b.CompareTo(a)) : Comparer<decimal>.Default);

    public int Count => _levels.Count;

    public void Clear() => _levels.Clear();

    /// <summary>Applies an array of levels, each <c>["price", "quantity", …]</c>: absolute quantities, 0 removes.</summary>
    /// <param name="json">Stands on the start of the array; left on its end.</param>
    public void Apply(ref Utf8JsonReader json)
    {
        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
        {
            json.Read();
            var price = decimal.Parse(json.ValueSpan, System.Globalization.NumberStyles.AllowDecimalPoint);
            var priceText = json.GetString()!;
            json.Read();
            var quantity = decimal.Parse(json.ValueSpan, System.Globalization.NumberStyles.AllowDecimalPoint);
            if (quantity == 0)
                _levels.Remove(price);
            var quantityText = quantity == 0 ? null : json.GetString();
            string? time = null;
            json.Read();
            if (json.TokenType == JsonTokenType.String)
            {
                time = quantityText is null ? null : json.GetString();
                while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                {
                    // Kraken marks a republished level with a fourth element.
                }
            }

            if (quantityText is not null)
                _levels[price] = new WrittenLevel(priceText, quantityText, time);
        }
    }

    /// <summary>Forgets all but the best <paramref name="depth"/> levels.</summary>
    public void Truncate(int depth)
    {
        while (_levels.Count > depth)
            _levels.Remove(_levels.Keys.Last());
    }

    /// <summary>The best price and quantity; none where the side is empty.</summary>
    public WrittenLevel? Best
    {
        get
        {
            foreach (var level in _levels.Values)
                return level;
            return null;
        }
    }

    /// <summary>Writes the best <paramref name="limit"/> levels as an array of arrays.</summary>
    public void Write(Utf8JsonWriter json, int limit)
    {
        json.WriteStartArray();
        foreach (var level in _levels.Values)
        {
            if (limit-- <= 0)
                break;
            json.WriteStartArray();
            json.WriteStringValue(level.Price);
            json.WriteStringValue(level.Quantity);
            if (level.Time is not null)
                json.WriteStringValue(level.Time);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
