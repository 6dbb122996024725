using System.Collections.Immutable;
using System.Text.Json;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Wire;
using InSnapshot = StreamForge.Grains.Market.Parsing.Binance.BinanceFields.InSnapshot;
using InTrade = StreamForge.Grains.Market.Parsing.Binance.BinanceFields.InRestTrade;

namespace StreamForge.Grains.Market.Parsing.Binance;

/// <summary>Bodies of Binance's REST answers. None of them says its symbol: the record's header does.</summary>
internal static class BinanceRestParser
{
    /// <summary>The body of <c>/api/v3/depth</c> or <c>/fapi/v1/depth</c>.</summary>
    public static ParsedFrame ParseSnapshot(in VenueRecord record)
    {
        if (record.Instrument is not { } instrument)
            return ParsedFrame.Malformed("header instrument is missing");
        var reader = new Utf8JsonReader(record.Value);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return ParsedFrame.Malformed("$ is not an object");
        var fields = new JsonFields(record.Value, BinanceFields.Snapshot, "$");
        ImmutableArray<PriceLevel> bids = [], asks = [];
        while (fields.Next(ref reader, out var field))
        {
            string? wrong = null;
            if (field == InSnapshot.Bids)
                bids = LevelReader.Read(ref reader, out wrong);
            else if (field == InSnapshot.Asks)
                asks = LevelReader.Read(ref reader, out wrong);
            else
                fields.Keep(ref reader, field);
            fields.FailInside(field, wrong);
        }
        if (fields.Error is null)
            reader.Read();
        fields.RequireArray(InSnapshot.Bids);
        fields.RequireArray(InSnapshot.Asks);
        var snapshot = new DepthSnapshot
        {
            Instrument = instrument,
            Sequence = fields.Long(InSnapshot.LastUpdate),
            Bids = bids,
            Asks = asks,
            EventTime = fields.Has(InSnapshot.EventTime) ? fields.Milliseconds(InSnapshot.EventTime) : null,
            ReceivedAt = record.ReceivedAt,
        };
        return fields.Error is { } error ? ParsedFrame.Malformed(error) : ParsedFrame.Of(snapshot);
    }

    /// <summary>
    /// The body of <c>historicalTrades</c> or <c>aggTrades</c>. A page may reach beyond what was asked for: the rest is left out.
    /// </summary>
    public static ParsedFrame ParseTrades(in VenueRecord record)
    {
        if (record.Instrument is not { } instrument)
            return ParsedFrame.Malformed("header instrument is missing");
        if (record.RepairRange is not var (from, to))
            return ParsedFrame.Malformed("header repair-range is missing");
        var reader = new Utf8JsonReader(record.Value);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            return ParsedFrame.Malformed("$ is not an array");
        var trades = default(ListBuffer<Trade>);
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return ParsedFrame.Malformed($"$[{index}] is not an object");
            var fields = new JsonFields(record.Value, BinanceFields.RestTrade, "");
            while (fields.Next(ref reader, out var field))
                fields.Keep(ref reader, field);
            var trade = ReadTrade(record, instrument, ref fields);
            if (fields.Error is { } error)
                return ParsedFrame.Malformed($"$[{index}]{error}");
            if (trade.TradeId >= from && trade.TradeId <= to)
                trades.Add(trade);
        }
        reader.Read();
        return ParsedFrame.Of(new TradeRange
        {
            Instrument = instrument,
            FromId = from,
            ToId = to,
            ThroughId = record.RepairThrough,
            Trades = trades.Take(),
            ReceivedAt = record.ReceivedAt,
        });
    }

    private static Trade ReadTrade(in VenueRecord record, string instrument, ref JsonFields fields)
    {
        if (!fields.Has(InTrade.AggregateId))
            return new Trade
            {
                Instrument = instrument,
                TradeId = fields.Long(InTrade.Id),
                Price = fields.Price(InTrade.Price),
                Quantity = fields.Quantity(InTrade.Quantity),
                Time = fields.Milliseconds(InTrade.Time),
                BuyerIsMaker = fields.Bool(InTrade.BuyerIsMaker),
                ReceivedAt = record.ReceivedAt,
            };
        var count = fields.Long(InTrade.Last) - fields.Long(InTrade.First) + 1;
        if (count is < 1 or > int.MaxValue)
            fields.Fail(InTrade.Last, "is below f, or far above it");
        return new Trade
        {
            Instrument = instrument,
            TradeId = fields.Long(InTrade.AggregateId),
            Price = fields.Price(InTrade.AggregatePrice),
            Quantity = fields.Quantity(InTrade.AggregateQuantity),
            Time = fields.Milliseconds(InTrade.AggregateTime),
            BuyerIsMaker = fields.Bool(InTrade.AggregateBuyerIsMaker),
            Count = (int)count,
            ReceivedAt = record.ReceivedAt,
        };
    }
}
