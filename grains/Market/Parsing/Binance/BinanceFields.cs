using StreamForge.Grains.Market.Wire;

namespace StreamForge.Grains.Market.Parsing.Binance;

/// <summary>Names of the fields of Binance's payloads, and their places in the sets.</summary>
/// <remarks>
/// Source: Binance API documentation, "WebSocket Market Streams" and "Market Data endpoints" of Spot and of USD-M futures.
/// </remarks>
internal static class BinanceFields
{
    /// <summary>Of a combined stream, and of what is not a stream: answers to commands.</summary>
    public static readonly FieldSet Envelope = new("stream", "data", "result", "id", "error", "code", "msg");

    /// <summary>Of the events of streams; the meaning of a letter depends on the event.</summary>
    public static readonly FieldSet Payload = new(
        "e", "E", "T", "s", "U", "u", "pu", "b", "a", "B", "A", "t", "p", "q", "X", "m", "f", "l");

    /// <summary>Of a REST depth snapshot.</summary>
    public static readonly FieldSet Snapshot = new("lastUpdateId", "E", "T", "bids", "asks");

    /// <summary>Of a trade in a REST answer: historical trades by words, aggregate trades by letters.</summary>
    public static readonly FieldSet RestTrade = new(
        "id", "price", "qty", "time", "isBuyerMaker", "a", "p", "q", "f", "l", "T", "m");

    public static class InEnvelope
    {
        public const int Stream = 0;
        public const int Data = 1;
        public const int Result = 2;
        public const int Id = 3;
        public const int Error = 4;
        public const int Code = 5;
        public const int Message = 6;
    }

    public static class InPayload
    {
        public const int Event = 0;
        public const int EventTime = 1;
        public const int TradeTime = 2;
        public const int Symbol = 3;
        public const int FirstUpdate = 4;
        public const int LastUpdate = 5;
        public const int PreviousUpdate = 6;
        public const int Bids = 7;

        /// <summary>Asks of a diff, best ask of a ticker, id of an aggregate trade.</summary>
        public const int AsksOrId = 8;
        public const int BestBidQuantity = 9;
        public const int BestAskQuantity = 10;
        public const int TradeId = 11;
        public const int Price = 12;
        public const int Quantity = 13;
        public const int Cause = 14;
        public const int BuyerIsMaker = 15;
        public const int FirstTrade = 16;
        public const int LastTrade = 17;
    }

    public static class InSnapshot
    {
        public const int LastUpdate = 0;
        public const int EventTime = 1;
        public const int Bids = 3;
        public const int Asks = 4;
    }

    public static class InRestTrade
    {
        public const int Id = 0;
        public const int Price = 1;
        public const int Quantity = 2;
        public const int Time = 3;
        public const int BuyerIsMaker = 4;
        public const int AggregateId = 5;
        public const int AggregatePrice = 6;
        public const int AggregateQuantity = 7;
        public const int First = 8;
        public const int Last = 9;
        public const int AggregateTime = 10;
        public const int AggregateBuyerIsMaker = 11;
    }
}
