using StreamForge.Contracts.Market;

namespace StreamForge.Tests.Market.Instruments;

/// <summary>Events of one instrument, so many seconds after a start: what a test is not about is always the same.</summary>
internal static class MarketEvents
{
    public const string Name = "binance:TESTUSDT";

    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static DepthSnapshot Snapshot(long? sequence, double at) => new()
    {
        Instrument = Name,
        ReceivedAt = Start.AddSeconds(at),
        Sequence = sequence,
        Bids = [new PriceLevel(9, 1)],
        Asks = [new PriceLevel(12, 1)],
    };

    public static DepthDigest Digest(long sequence, double at) =>
        new() { Instrument = Name, ReceivedAt = Start.AddSeconds(at), Sequence = sequence };

    public static DepthDiff Diff(long? previous, long? last, double at) => new()
    {
        Instrument = Name,
        ReceivedAt = Start.AddSeconds(at),
        Previous = previous,
        Last = last,
        Bids = [new PriceLevel(10, 1)],
        Asks = [],
    };

    public static Trade Trade(long id, double at) => new()
    {
        Instrument = Name,
        ReceivedAt = Start.AddSeconds(at),
        TradeId = id,
        Price = 10,
        Quantity = 1,
        Time = Start.AddSeconds(at),
        BuyerIsMaker = false,
    };

    public static TradeRange Range(long from, long to, double at, params Trade[] trades) => new()
    {
        Instrument = Name,
        ReceivedAt = Start.AddSeconds(at),
        FromId = from,
        ToId = to,
        Trades = [.. trades],
    };
}
