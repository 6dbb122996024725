using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Wire;
using Place = StreamForge.Grains.Market.Parsing.Binance.BinanceFields.InPayload;

namespace StreamForge.Grains.Market.Parsing.Binance;

/// <summary>The events of Binance's streams, without their envelope.</summary>
internal sealed class BinancePayloadParser
{
    private static readonly HashSet<string> Unwanted = new(StringComparer.Ordinal)
    {
        "kline", "continuous_kline", "markPrice_kline", "indexPrice_kline", "24hrTicker", "24hrMiniTicker", "1hTicker",
        "4hTicker", "1dTicker", "avgPrice", "markPriceUpdate", "indexPriceUpdate", "forceOrder", "compositeIndex",
        "contractInfo", "assetIndexUpdate", "serverShutdown",
    };

    private readonly bool _futures;
    private readonly InstrumentNames _instruments;

    /// <param name="futures">USD-M: diffs say what they follow, trades say what caused them.</param>
    public BinancePayloadParser(string venue, bool futures)
    {
        _futures = futures;
        _instruments = new InstrumentNames(symbol => InstrumentNames.IsName(symbol) ? $"{venue}:{symbol}" : null);
    }

    /// <param name="reader">On the start of the payload; on its end afterwards, unless it is malformed.</param>
    public ParsedFrame Parse(in VenueRecord record, ref Utf8JsonReader reader, string path)
    {
        var fields = new JsonFields(record.Value, BinanceFields.Payload, path);
        ImmutableArray<PriceLevel> bids = [], asks = [];
        while (fields.Next(ref reader, out var field))
        {
            string? wrong = null;
            if (reader.TokenType == JsonTokenType.StartArray && field == Place.Bids)
                bids = LevelReader.Read(ref reader, out wrong);
            else if (reader.TokenType == JsonTokenType.StartArray && field == Place.AsksOrId)
                asks = LevelReader.Read(ref reader, out wrong);
            else
                fields.Keep(ref reader, field);
            fields.FailInside(field, wrong);
        }
        var result = fields.Error is null ? Build(record, ref fields, bids, asks) : default;
        return fields.Error is { } error ? ParsedFrame.Malformed(error) : result;
    }

    private ParsedFrame Build(
        in VenueRecord record, ref JsonFields fields, ImmutableArray<PriceLevel> bids, ImmutableArray<PriceLevel> asks)
    {
        // Spot's bookTicker is the one event that does not say what it is.
        if (!fields.Has(Place.Event))
        {
            if (!_futures && fields.Has(Place.LastUpdate) && fields.Has(Place.BestBidQuantity))
                return BuildDigest(record, ref fields);
            fields.Fail(Place.Event, "is missing");
            return default;
        }
        var type = fields.Text(Place.Event);
        if (type.SequenceEqual("bookTicker"u8))
            return BuildDigest(record, ref fields);
        if (type.SequenceEqual("depthUpdate"u8))
            return BuildDiff(record, ref fields, bids, asks);
        if (type.SequenceEqual("trade"u8))
            return BuildTrade(record, ref fields);
        if (type.SequenceEqual("aggTrade"u8))
            return BuildAggregate(record, ref fields);
        if (fields.Error is null && Unwanted.Contains(Encoding.UTF8.GetString(type)))
            return ParsedFrame.Filtered(FilterReasons.OtherStream);
        fields.Fail(Place.Event, "is not a known event");
        return default;
    }

    private ParsedFrame BuildDiff(
        in VenueRecord record, ref JsonFields fields, ImmutableArray<PriceLevel> bids, ImmutableArray<PriceLevel> asks)
    {
        fields.RequireArray(Place.Bids);
        fields.RequireArray(Place.AsksOrId);
        var first = fields.Long(Place.FirstUpdate);
        var last = fields.Long(Place.LastUpdate);
        if (first > last)
            fields.Fail(Place.FirstUpdate, "is above u");
        var previous = _futures ? fields.Long(Place.PreviousUpdate) : first - 1;
        if (previous > last)
            fields.Fail(Place.PreviousUpdate, "is above u");
        if (previous < 0)
            fields.Fail(Place.FirstUpdate, "is not above 0");
        return ParsedFrame.Of(new DepthDiff
        {
            Instrument = InstrumentOf(record, ref fields),
            Previous = previous,
            Last = last,
            Bids = bids,
            Asks = asks,
            EventTime = fields.Milliseconds(Place.EventTime),
            ReceivedAt = record.ReceivedAt,
        });
    }

    private ParsedFrame BuildDigest(in VenueRecord record, ref JsonFields fields) => ParsedFrame.Of(new DepthDigest
    {
        Instrument = InstrumentOf(record, ref fields),
        Sequence = fields.Long(Place.LastUpdate),
        EventTime = fields.Has(Place.EventTime) ? fields.Milliseconds(Place.EventTime) : null,
        ReceivedAt = record.ReceivedAt,
    });

    private ParsedFrame BuildTrade(in VenueRecord record, ref JsonFields fields)
    {
        var instrument = InstrumentOf(record, ref fields);
        var id = fields.Long(Place.TradeId);
        var eventTime = fields.Milliseconds(Place.EventTime);
        if (_futures && !IsOfTheMarket(ref fields))
            return fields.Error is not null
                ? default
                : ParsedFrame.Of(new TradeRange
                {
                    Instrument = instrument,
                    FromId = id,
                    ToId = id,
                    Trades = [],
                    EventTime = eventTime,
                    ReceivedAt = record.ReceivedAt,
                });
        return ParsedFrame.Of(new Trade
        {
            Instrument = instrument,
            TradeId = id,
            Price = fields.Price(Place.Price),
            Quantity = fields.Quantity(Place.Quantity),
            Time = fields.Milliseconds(Place.TradeTime),
            BuyerIsMaker = fields.Bool(Place.BuyerIsMaker),
            EventTime = eventTime,
            ReceivedAt = record.ReceivedAt,
        });
    }

    private ParsedFrame BuildAggregate(in VenueRecord record, ref JsonFields fields)
    {
        var count = fields.Long(Place.LastTrade) - fields.Long(Place.FirstTrade) + 1;
        if (count is < 1 or > int.MaxValue)
            fields.Fail(Place.LastTrade, "is below f, or far above it");
        return ParsedFrame.Of(new Trade
        {
            Instrument = InstrumentOf(record, ref fields),
            TradeId = fields.Long(Place.AsksOrId),
            Price = fields.Price(Place.Price),
            Quantity = fields.Quantity(Place.Quantity),
            Time = fields.Milliseconds(Place.TradeTime),
            BuyerIsMaker = fields.Bool(Place.BuyerIsMaker),
            Count = (int)count,
            EventTime = fields.Milliseconds(Place.EventTime),
            ReceivedAt = record.ReceivedAt,
        });
    }

    /// <summary>
    /// USD-M's <c>trade</c> stream also tells of takeovers by the insurance fund and of auto-deleveraging, some with price and
    /// quantity 0. They use up ids, but neither klines nor the REST answers know them: so such an id is told to hold no trade.
    /// </summary>
    private static bool IsOfTheMarket(ref JsonFields fields) =>
        !fields.Has(Place.Cause) || fields.Text(Place.Cause).SequenceEqual("MARKET"u8);

    private string InstrumentOf(in VenueRecord record, ref JsonFields fields)
    {
        var symbol = fields.Text(Place.Symbol);
        if (fields.Error is not null)
            return "";
        if (!_instruments.TryGet(symbol, out var instrument))
        {
            fields.Fail(Place.Symbol, "is not a symbol");
            return "";
        }
        if (record.Instrument is { } known && !string.Equals(known, instrument, StringComparison.Ordinal))
            fields.Fail(Place.Symbol, $"is not that of {known}, the instrument of the record");
        return instrument;
    }
}
