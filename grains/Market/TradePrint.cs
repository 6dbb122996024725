using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Candles;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market;

/// <summary>A trade as it is kept and stored: in few bytes, without references; the instrument is known from where it stands.</summary>
internal readonly record struct TradePrint(
    long? TradeId,
    decimal Price,
    decimal Quantity,
    DateTimeOffset Time,
    bool BuyerIsMaker,
    int Trades,
    DateTimeOffset? EventTime,
    DateTimeOffset ReceivedAt)
{
    public TradeKey Key => new(Time.UtcTicks, TradeId ?? 0);

    public static TradePrint Of(Trade trade) => new(
        trade.TradeId, trade.Price, trade.Quantity, trade.Time, trade.BuyerIsMaker, trade.Count, trade.EventTime, trade.ReceivedAt);

    public Trade ToTrade(string instrument) => new()
    {
        Instrument = instrument,
        TradeId = TradeId,
        Price = Price,
        Quantity = Quantity,
        Time = Time,
        BuyerIsMaker = BuyerIsMaker,
        Count = Trades,
        EventTime = EventTime,
        ReceivedAt = ReceivedAt,
    };

    public void Write(StateWriter writer)
    {
        writer.Optional(TradeId);
        writer.Decimal(Price);
        writer.Decimal(Quantity);
        writer.Time(Time);
        writer.Bool(BuyerIsMaker);
        writer.Count(Trades);
        writer.Optional(EventTime);
        writer.Time(ReceivedAt);
    }

    public static TradePrint Read(ref StateReader reader) => new(
        TradeId: reader.OptionalSigned(),
        Price: reader.Decimal(),
        Quantity: reader.Decimal(),
        Time: reader.Time(),
        BuyerIsMaker: reader.Bool(),
        Trades: reader.Number(),
        EventTime: reader.OptionalTime(),
        ReceivedAt: reader.Time());
}
