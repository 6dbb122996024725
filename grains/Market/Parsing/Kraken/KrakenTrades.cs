using System.Text.Json;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Wire;

namespace StreamForge.Grains.Market.Parsing.Kraken;

/// <summary>
/// Kraken's channel <c>trade</c>: several trades a frame, each <c>[price, volume, time, "b"|"s", "m"|"l", misc]</c>. The side is
/// the taker's. Trades have no ids.
/// </summary>
internal static class KrakenTrades
{
    /// <param name="reader">On the first payload.</param>
    /// <param name="payloads">How many payloads the frame has: one.</param>
    public static ParsedFrame Parse(in VenueRecord record, ref Utf8JsonReader reader, string instrument, int payloads)
    {
        if (payloads != 1 || reader.TokenType != JsonTokenType.StartArray)
            return ParsedFrame.Malformed("$[1] is not the one array of trades");
        var trades = default(ListBuffer<MarketEvent>);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (ReadTrade(record, ref reader, instrument, out var trade) is { } wrong)
                return ParsedFrame.Malformed($"$[1][{trades.Count}]{wrong}");
            trades.Add(trade!);
        }
        return trades.Count == 0 ? ParsedFrame.Malformed("$[1] is empty") : ParsedFrame.Of(trades.Take());
    }

    private static string? ReadTrade(
        in VenueRecord record, ref Utf8JsonReader reader, string instrument, out Trade? trade)
    {
        trade = null;
        if (reader.TokenType != JsonTokenType.StartArray)
            return " is not an array";
        if (!NextText(ref reader, out var text)
            || !DecimalText.TryParse(text, out var price) || price is <= 0 or > MarketLimits.MaxPrice)
            return "[0] is not a price";
        if (!NextText(ref reader, out text)
            || !DecimalText.TryParse(text, out var quantity) || quantity > MarketLimits.MaxQuantity)
            return "[1] is not a quantity";
        if (!NextText(ref reader, out text) || !Utf8Time.TryParseUnixSeconds(text, out var time))
            return "[2] is not a time in seconds";
        if (!NextText(ref reader, out text) || text is not [(byte)'b' or (byte)'s'])
            return "[3] is not a side";
        var sellerTook = text[0] == (byte)'s';
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            reader.Skip();
        trade = new Trade
        {
            Instrument = instrument,
            Price = price,
            Quantity = quantity,
            Time = time,
            BuyerIsMaker = sellerTook,
            EventTime = time,
            ReceivedAt = record.ReceivedAt,
        };
        return null;
    }

    private static bool NextText(ref Utf8JsonReader reader, out ReadOnlySpan<byte> text)
    {
        reader.Read();
        text = reader.ValueSpan;
        return reader.TokenType == JsonTokenType.String;
    }
}
