using StreamForge.Contracts.Market;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market;

/// <summary>A trade in few bytes; the instrument is known from where it stands.</summary>
internal static class TradeCodec
{
    public static void Write(StateWriter writer, Trade trade)
    {
        writer.Optional(trade.TradeId);
        writer.Decimal(trade.Price);
        writer.Decimal(trade.Quantity);
        writer.Time(trade.Time);
        writer.Bool(trade.BuyerIsMaker);
        writer.Count(trade.Count);
        writer.Optional(trade.EventTime);
        writer.Time(trade.ReceivedAt);
    }

    public static Trade Read(ref StateReader reader, string instrument) => new()
    {
        Instrument = instrument,
        TradeId = reader.OptionalSigned(),
        Price = reader.Decimal(),
        Quantity = reader.Decimal(),
        Time = reader.Time(),
        BuyerIsMaker = reader.Bool(),
        Count = reader.Number(),
        EventTime = reader.OptionalTime(),
        ReceivedAt = reader.Time(),
    };
}
