using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using StreamForge.Grains.Market.Wire;

namespace StreamForge.Grains.Market.Parsing.Kraken;

/// <summary>
/// Kraken's WebSocket API v1: <c>[channel, payload..., "book-1000", "XBT/USD"]</c> for data, objects with <c>event</c> for the
/// rest. Channel and pair come last, so a frame is gone over twice.
/// </summary>
public sealed class KrakenParser : IVenueParser
{
    private static readonly FieldSet EventSet = new("event");

    private readonly InstrumentNames _instruments = new(ToInstrument);

    public string Venue => "kraken";

    public ParsedFrame Parse(in VenueRecord record)
    {
        if (record.Kind != RawKind.Frame)
            return ParsedFrame.Malformed("header schema is one that this venue does not have");
        var reader = new Utf8JsonReader(record.Value);
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.StartArray => ParseData(record, reader),
            JsonTokenType.StartObject => ParseEvent(record, ref reader),
            _ => ParsedFrame.Malformed("$ is neither an array nor an object"),
        };
    }

    private static ParsedFrame ParseEvent(in VenueRecord record, ref Utf8JsonReader reader)
    {
        var fields = new JsonFields(record.Value, EventSet, "$");
        while (fields.Next(ref reader, out var field))
            fields.Keep(ref reader, field);
        if (fields.Error is null)
            reader.Read();
        var name = fields.Text(0);
        if (fields.Error is { } error)
            return ParsedFrame.Malformed(error);
        if (name.SequenceEqual("heartbeat"u8))
            return ParsedFrame.Filtered(FilterReasons.Heartbeat);
        if (name.SequenceEqual("systemStatus"u8) || name.SequenceEqual("subscriptionStatus"u8))
            return ParsedFrame.Filtered(FilterReasons.Status);
        if (name.SequenceEqual("pong"u8) || name.SequenceEqual("error"u8))
            return ParsedFrame.Filtered(FilterReasons.CommandAnswer);
        return ParsedFrame.Malformed("$.event is not a known event");
    }

    private ParsedFrame ParseData(in VenueRecord record, Utf8JsonReader reader)
    {
        if (FindTail(reader, out var tail) is { } wrong)
            return ParsedFrame.Malformed(wrong);
        var channel = tail.Channel;
        if (channel.SequenceEqual("ticker"u8) || channel.SequenceEqual("spread"u8) || channel.StartsWith("ohlc-"u8))
            return ParsedFrame.Filtered(FilterReasons.OtherStream);
        if (!_instruments.TryGet(tail.Pair, out var instrument))
            return ParsedFrame.Malformed($"$[{tail.Payloads + 2}] is not a pair");
        if (record.Instrument is { } known && !string.Equals(known, instrument, StringComparison.Ordinal))
            return ParsedFrame.Malformed(
                $"$[{tail.Payloads + 2}] is not the pair of {known}, the instrument of the record");
        reader.Read();
        reader.Read();
        if (channel.SequenceEqual("trade"u8))
            return KrakenTrades.Parse(record, ref reader, instrument, tail.Payloads);
        if (channel.StartsWith("book-"u8)
            && Utf8Parser.TryParse(channel["book-"u8.Length..], out int depth, out var used)
            && used == channel.Length - "book-"u8.Length
            && depth > 0)
            return KrakenBook.Parse(record, ref reader, instrument, depth, tail.Payloads);
        return ParsedFrame.Malformed($"$[{tail.Payloads + 1}] is not a known channel");
    }

    /// <summary>Goes over the payloads to what names them, and makes sure that the whole is JSON of that form.</summary>
    /// <returns>What is wrong, or none.</returns>
    private static string? FindTail(Utf8JsonReader reader, out Tail tail)
    {
        tail = default;
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number)
            return "$[0] is not a number";
        while (reader.Read() && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            tail.Payloads++;
            reader.Skip();
        }
        if (reader.TokenType != JsonTokenType.String)
            return $"$[{tail.Payloads + 1}] is neither a payload nor the name of a channel";
        if (tail.Payloads == 0)
            return "$[1] is not a payload";
        tail.Channel = Unescaped(ref reader);
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
            return $"$[{tail.Payloads + 2}] is not a pair";
        tail.Pair = Unescaped(ref reader);
        reader.Read();
        if (reader.TokenType != JsonTokenType.EndArray)
            return $"$[{tail.Payloads + 3}] is not expected";
        reader.Read();
        return null;
    }

    private static ReadOnlySpan<byte> Unescaped(scoped ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        var text = new byte[reader.ValueSpan.Length];
        return text.AsSpan(0, reader.CopyString(text));
    }

    /// <summary><c>XBT/USD</c> -> <c>kraken:XBT-USD</c>.</summary>
    private static string? ToInstrument(string pair)
    {
        var slash = pair.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            && InstrumentNames.IsName(pair.AsSpan(0, slash))
            && InstrumentNames.IsName(pair.AsSpan(slash + 1))
            ? $"kraken:{pair.AsSpan(0, slash)}-{pair.AsSpan(slash + 1)}"
            : null;
    }

    private ref struct Tail
    {
        public ReadOnlySpan<byte> Channel;
        public ReadOnlySpan<byte> Pair;
        public int Payloads;
    }
}
