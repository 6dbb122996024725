using System.Collections.Immutable;
using System.Text.Json;
using StreamForge.Contracts.Market;

namespace StreamForge.Grains.Market.Wire;

/// <summary>
/// Reads <c>[["price","quantity",...],...]</c>: the form that Binance, Kraken and the canonical events share. What follows the
/// quantity in a level is left to <see cref="LevelTail"/> or passed over.
/// </summary>
internal static class LevelReader
{
    /// <summary>Looks at what follows the quantity: Kraken's time of the level.</summary>
    /// <returns>What is wrong, or none.</returns>
    public delegate string? LevelTail(ref Utf8JsonReader reader, ref long state);

    /// <param name="reader">On the start of the outer array; on its end afterwards.</param>
    /// <param name="error">What is wrong, as the rest of a path: <c>[3][1] is not a quantity</c>.</param>
    public static ImmutableArray<PriceLevel> Read(ref Utf8JsonReader reader, out string? error)
    {
        long unused = 0;
        return Read(ref reader, tail: null, ref unused, out error);
    }

    /// <inheritdoc cref="Read(ref Utf8JsonReader, out string?)"/>
    /// <param name="tail">Called on every token of a level after the quantity.</param>
    /// <param name="state">Handed on to <paramref name="tail"/>.</param>
    public static ImmutableArray<PriceLevel> Read(
        ref Utf8JsonReader reader, LevelTail? tail, ref long state, out string? error)
    {
        error = null;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            error = " is not an array";
            return [];
        }
        var levels = default(ListBuffer<PriceLevel>);
        try
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                error = ReadLevel(ref reader, tail, ref state, out var level);
                if (error is not null)
                {
                    error = $"[{levels.Count}]{error}";
                    return [];
                }
                levels.Add(level);
            }
            return levels.Take();
        }
        finally
        {
            levels.Dispose();
        }
    }

    private static string? ReadLevel(
        ref Utf8JsonReader reader, LevelTail? tail, ref long state, out PriceLevel level)
    {
        level = default;
        if (reader.TokenType != JsonTokenType.StartArray)
            return " is not an array";
        reader.Read();
        if (reader.TokenType != JsonTokenType.String
            || !DecimalText.TryParse(reader.ValueSpan, out var price)
            || price is <= 0 or > MarketLimits.MaxPrice)
            return "[0] is not a price";
        reader.Read();
        if (reader.TokenType != JsonTokenType.String
            || !DecimalText.TryParse(reader.ValueSpan, out var quantity)
            || quantity > MarketLimits.MaxQuantity)
            return "[1] is not a quantity";
        level = new PriceLevel(price, quantity);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (tail?.Invoke(ref reader, ref state) is { } wrong)
                return wrong;
            reader.Skip();
        }
        return null;
    }
}
