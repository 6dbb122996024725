using System.Collections.Immutable;
using System.Text.Json;
using StreamForge.Contracts.Market;

namespace StreamForge.Grains.Market.Wire;

/// <summary>The reading half of <see cref="MarketEventCodec"/>.</summary>
internal static class MarketEventReader
{
    private static readonly FieldSet Set = new(
        "type", "instrument", "previous", "last", "sequence", "epoch", "bids", "asks", "depthLimit", "checksum",
        "tradeId", "fromId", "toId", "trades", "price", "quantity", "time", "buyerIsMaker", "count", "eventTime",
        "receivedAt", "throughId");

    private static readonly InstrumentNames Instruments = new();

    /// <returns>None with a reason, where it is valid JSON but not an event.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static MarketEvent? Read(ReadOnlySpan<byte> json, out string? reason)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reason = "$ is not an object";
            return null;
        }
        var fields = new JsonFields(json, Set, "$");
        var parts = default(Parts);
        while (fields.Next(ref reader, out var field))
            ReadField(ref reader, ref fields, ref parts, field);
        if (fields.Error is null)
            reader.Read();
        var item = fields.Error is null ? Build(ref fields, parts) : null;
        reason = fields.Error;
        return reason is null ? item : null;
    }

    private static void ReadField(ref Utf8JsonReader reader, ref JsonFields fields, ref Parts parts, int field)
    {
        string? wrong = null;
        switch (field)
        {
            case F.Bids:
                parts.Bids = LevelReader.Read(ref reader, out wrong);
                break;
            case F.Asks:
                parts.Asks = LevelReader.Read(ref reader, out wrong);
                break;
            case F.Trades:
                parts.Trades = ReadTrades(ref reader, fields.Document, out wrong);
                break;
            default:
                fields.Keep(ref reader, field);
                return;
        }
        fields.FailInside(field, wrong);
    }

    private static MarketEvent? Build(ref JsonFields fields, in Parts parts)
    {
        var type = fields.Text(F.Type);
        var instrument = InstrumentOf(ref fields);
        var receivedAt = fields.Instant(F.ReceivedAt);
        DateTimeOffset? eventTime = fields.Has(F.EventTime) ? fields.Instant(F.EventTime) : null;
        if (fields.Error is not null)
            return null;
        if (type.SequenceEqual("diff"u8))
            return BuildDiff(ref fields, parts, instrument, eventTime, receivedAt);
        if (type.SequenceEqual("snapshot"u8))
            return BuildSnapshot(ref fields, parts, instrument, eventTime, receivedAt);
        if (type.SequenceEqual("digest"u8))
            return new DepthDigest
            {
                Instrument = instrument,
                Sequence = fields.Long(F.Sequence),
                EventTime = eventTime,
                ReceivedAt = receivedAt,
            };
        if (type.SequenceEqual("trade"u8))
            return BuildTrade(ref fields, instrument, eventTime, receivedAt);
        if (type.SequenceEqual("trades"u8))
            return BuildRange(ref fields, parts, instrument, eventTime, receivedAt);
        fields.Fail(F.Type, "is not a known type");
        return null;
    }

    private static DepthDiff BuildDiff(
        ref JsonFields fields, in Parts parts, string instrument, DateTimeOffset? eventTime, DateTimeOffset receivedAt)
    {
        fields.RequireArray(F.Bids);
        fields.RequireArray(F.Asks);
        var previous = fields.OptionalLong(F.Previous);
        var last = fields.OptionalLong(F.Last);
        if (previous is null != last is null)
            fields.Fail(previous is null ? F.Previous : F.Last, "is missing");
        else if (previous > last)
            fields.Fail(F.Previous, "is above last");
        var checksum = fields.OptionalLong(F.Checksum);
        if (checksum > uint.MaxValue)
            fields.Fail(F.Checksum, "is not a CRC32");
        return new DepthDiff
        {
            Instrument = instrument,
            Previous = previous,
            Last = last,
            Bids = parts.Bids,
            Asks = parts.Asks,
            Checksum = (uint?)checksum,
            EventTime = eventTime,
            ReceivedAt = receivedAt,
        };
    }

    private static DepthSnapshot BuildSnapshot(
        ref JsonFields fields, in Parts parts, string instrument, DateTimeOffset? eventTime, DateTimeOffset receivedAt)
    {
        fields.RequireArray(F.Bids);
        fields.RequireArray(F.Asks);
        var depthLimit = fields.OptionalLong(F.DepthLimit) ?? 0;
        if (depthLimit > int.MaxValue)
            fields.Fail(F.DepthLimit, "is too large");
        return new DepthSnapshot
        {
            Instrument = instrument,
            Sequence = fields.OptionalLong(F.Sequence),
            Epoch = fields.OptionalLong(F.Epoch) ?? 0,
            Bids = parts.Bids,
            Asks = parts.Asks,
            DepthLimit = (int)depthLimit,
            EventTime = eventTime,
            ReceivedAt = receivedAt,
        };
    }

    private static TradeRange BuildRange(
        ref JsonFields fields, in Parts parts, string instrument, DateTimeOffset? eventTime, DateTimeOffset receivedAt)
    {
        fields.RequireArray(F.Trades);
        var from = fields.Long(F.FromId);
        var to = fields.Long(F.ToId);
        if (from > to)
            fields.Fail(F.FromId, "is above toId");
        var through = fields.OptionalLong(F.ThroughId);
        if (through < from - 1 || through >= to)
            fields.Fail(F.ThroughId, "is not an id of the range");
        var trades = parts.Trades.IsDefault
            ? []
            : ImmutableArray.CreateRange(parts.Trades, t => t with { Instrument = instrument, ReceivedAt = receivedAt });
        return new TradeRange
        {
            Instrument = instrument,
            FromId = from,
            ToId = to,
            ThroughId = through,
            Trades = trades,
            EventTime = eventTime,
            ReceivedAt = receivedAt,
        };
    }

    private static Trade BuildTrade(
        ref JsonFields fields, string instrument, DateTimeOffset? eventTime, DateTimeOffset receivedAt)
    {
        var count = fields.OptionalLong(F.Count) ?? 1;
        if (count is < 1 or > int.MaxValue)
            fields.Fail(F.Count, "is not a count of trades");
        return new Trade
        {
            Instrument = instrument,
            TradeId = fields.OptionalLong(F.TradeId),
            Price = fields.Price(F.Price),
            Quantity = fields.Quantity(F.Quantity),
            Time = fields.Instant(F.Time),
            BuyerIsMaker = fields.Bool(F.BuyerIsMaker),
            Count = (int)count,
            EventTime = eventTime,
            ReceivedAt = receivedAt,
        };
    }

    /// <summary>The trades of a range: instrument and receipt stand in the range only, and may come after them.</summary>
    private static ImmutableArray<Trade> ReadTrades(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, out string? wrong)
    {
        wrong = null;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            wrong = " is not an array";
            return [];
        }
        var trades = default(ListBuffer<Trade>);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                wrong = $"[{trades.Count}] is not an object";
                return [];
            }
            var fields = new JsonFields(json, Set, "");
            while (fields.Next(ref reader, out var field))
                fields.Keep(ref reader, field);
            var trade = BuildTrade(ref fields, "", null, default);
            if (fields.Error is { } error)
            {
                wrong = $"[{trades.Count}]{error}";
                return [];
            }
            trades.Add(trade);
        }
        return trades.Take();
    }

    private static string InstrumentOf(ref JsonFields fields)
    {
        var text = fields.Text(F.Instrument);
        if (fields.Error is null && Instruments.TryGet(text, out var instrument))
            return instrument;
        fields.Fail(F.Instrument, "is not venue:SYMBOL");
        return "";
    }

    /// <summary>What is not a scalar.</summary>
    private struct Parts
    {
        public ImmutableArray<PriceLevel> Bids;
        public ImmutableArray<PriceLevel> Asks;
        public ImmutableArray<Trade> Trades;
    }

    /// <summary>Places of the names in <see cref="Set"/>.</summary>
    private static class F
    {
        public const int Type = 0;
        public const int Instrument = 1;
        public const int Previous = 2;
        public const int Last = 3;
        public const int Sequence = 4;
        public const int Epoch = 5;
        public const int Bids = 6;
        public const int Asks = 7;
        public const int DepthLimit = 8;
        public const int Checksum = 9;
        public const int TradeId = 10;
        public const int FromId = 11;
        public const int ToId = 12;
        public const int Trades = 13;
        public const int Price = 14;
        public const int Quantity = 15;
        public const int Time = 16;
        public const int BuyerIsMaker = 17;
        public const int Count = 18;
        public const int EventTime = 19;
        public const int ReceivedAt = 20;
        public const int ThroughId = 21;
    }
}
