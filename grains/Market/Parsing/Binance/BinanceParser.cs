using System.Text;
using System.Text.Json;
using StreamForge.Grains.Market.Wire;
using Place = StreamForge.Grains.Market.Parsing.Binance.BinanceFields.InEnvelope;

namespace StreamForge.Grains.Market.Parsing.Binance;

/// <summary>Binance spot and USD-M futures: frames of raw and of combined streams, REST snapshots and trades.</summary>
public sealed class BinanceParser : IVenueParser
{
    private readonly BinancePayloadParser _payload;

    private BinanceParser(string venue, bool futures)
    {
        Venue = venue;
        _payload = new BinancePayloadParser(venue, futures);
    }

    public string Venue { get; }

    /// <summary>Venue <c>binance</c>.</summary>
    public static BinanceParser Spot() => new("binance", futures: false);

    /// <summary>Venue <c>binance-usdm</c>.</summary>
    public static BinanceParser UsdM() => new("binance-usdm", futures: true);

    public ParsedFrame Parse(in VenueRecord record) => record.Kind switch
    {
        RawKind.Frame => ParseFrame(record),
        RawKind.DepthSnapshot => BinanceRestParser.ParseSnapshot(record),
        _ => BinanceRestParser.ParseTrades(record),
    };

    private ParsedFrame ParseFrame(in VenueRecord record)
    {
        var reader = new Utf8JsonReader(record.Value);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            reader.Skip();
            reader.Read();
            return ParsedFrame.Filtered(FilterReasons.AllSymbols);
        }
        if (reader.TokenType != JsonTokenType.StartObject)
            return ParsedFrame.Malformed("$ is not an object");

        var start = reader;
        var envelope = new JsonFields(record.Value, BinanceFields.Envelope, "$");
        ParsedFrame? data = null;
        while (envelope.Next(ref reader, out var field))
        {
            if (field == Place.Data && reader.TokenType == JsonTokenType.StartObject)
                data = _payload.Parse(record, ref reader, "$.data");
            else
                envelope.Keep(ref reader, field);
            if (data is { Outcome: ParseOutcome.Malformed })
                return data.Value;
        }
        if (envelope.Error is { } error)
            return ParsedFrame.Malformed(error);
        reader.Read();
        return data is { } parsed ? CheckStream(ref envelope, parsed) : ParseBare(record, ref envelope, start);
    }

    /// <summary>An event outside of a combined stream, or no event at all.</summary>
    private ParsedFrame ParseBare(in VenueRecord record, ref JsonFields envelope, Utf8JsonReader start)
    {
        if (envelope.TypeOf(Place.Data) == JsonTokenType.StartArray)
            return ParsedFrame.Filtered(FilterReasons.AllSymbols);
        if (envelope.TypeOf(Place.Data) != JsonTokenType.None)
            return ParsedFrame.Malformed("$.data is not an object");
        if (envelope.TypeOf(Place.Result) != JsonTokenType.None
            || envelope.TypeOf(Place.Error) != JsonTokenType.None
            || envelope.TypeOf(Place.Code) != JsonTokenType.None)
            return ParsedFrame.Filtered(FilterReasons.CommandAnswer);
        return _payload.Parse(record, ref start, "$");
    }

    /// <summary>The name of a stream begins with the symbol: events of another one were mixed up or are corrupt.</summary>
    private ParsedFrame CheckStream(ref JsonFields envelope, ParsedFrame parsed)
    {
        if (parsed.Outcome != ParseOutcome.Events || !envelope.Has(Place.Stream))
            return parsed;
        var stream = envelope.Text(Place.Stream);
        if (envelope.Error is { } error)
            return ParsedFrame.Malformed(error);
        var at = stream.IndexOf((byte)'@');
        var symbol = parsed.Events[0].Instrument.AsSpan(Venue.Length + 1);
        if (at > 0 && Ascii.EqualsIgnoreCase(stream[..at], symbol) || at > 0 && !Ascii.IsValid(symbol))
            return parsed;
        return ParsedFrame.Malformed($"$.stream is not one of {symbol}, the symbol of $.data");
    }
}
