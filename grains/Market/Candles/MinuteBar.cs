using StreamForge.Contracts.Market;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market.Candles;

/// <summary>
/// The trades of one minute, added up. Trades may come in any order: open and close are those with the lowest and the highest key,
/// and everything else is a sum, a minimum or a maximum.
/// </summary>
public sealed class MinuteBar
{
    public required long Minute { get; init; }

    public TradeKey First { get; private set; }

    public TradeKey Last { get; private set; }

    public decimal Open { get; private set; }

    public decimal High { get; private set; }

    public decimal Low { get; private set; }

    public decimal Close { get; private set; }

    public decimal Volume { get; private set; }

    public decimal QuoteVolume { get; private set; }

    public int Count { get; private set; }

    public decimal TakerBuyVolume { get; private set; }

    public decimal TakerBuyQuoteVolume { get; private set; }

    /// <summary>
    /// Of two states of a minute the higher revision is right. It is the place in the feed of the newest trade that is in: the same
    /// records give the same revisions again after a crash.
    /// </summary>
    public long Revision { get; private set; }

    /// <summary>The minute of a time: minutes since the Unix epoch.</summary>
    public static long MinuteOf(DateTimeOffset time) => Math.DivRem(time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks, TimeSpan.TicksPerMinute) switch
    {
        (var quotient, < 0) => quotient - 1,
        var (quotient, _) => quotient,
    };

    public static DateTimeOffset TimeOf(long minute) => DateTimeOffset.UnixEpoch.AddMinutes(minute);

    public void Add(Trade trade, long revision)
    {
        var key = new TradeKey(trade.Time.UtcTicks, trade.TradeId ?? 0);
        var first = Count == 0;
        if (first || key < First)
            (First, Open) = (key, trade.Price);
        if (first || key >= Last)
            (Last, Close) = (key, trade.Price);
        if (first || trade.Price > High)
            High = trade.Price;
        if (first || trade.Price < Low)
            Low = trade.Price;

        var quote = trade.Price * trade.Quantity;
        Volume += trade.Quantity;
        QuoteVolume += quote;
        Count += trade.Count;
        if (!trade.BuyerIsMaker)
        {
            TakerBuyVolume += trade.Quantity;
            TakerBuyQuoteVolume += quote;
        }

        Revision = Math.Max(Revision, revision);
    }

    public RevisedCandle ToRevised() => new(ToCandle(closed: true), Revision)
    {
        FirstTime = new DateTimeOffset(First.Ticks, TimeSpan.Zero),
        FirstId = First.Id,
        LastTime = new DateTimeOffset(Last.Ticks, TimeSpan.Zero),
        LastId = Last.Id,
    };

    public static MinuteBar FromRevised(RevisedCandle revised) => new()
    {
        Minute = MinuteOf(revised.Candle.OpenTime),
        First = new TradeKey(revised.FirstTime.UtcTicks, revised.FirstId),
        Last = new TradeKey(revised.LastTime.UtcTicks, revised.LastId),
        Open = revised.Candle.Open,
        High = revised.Candle.High,
        Low = revised.Candle.Low,
        Close = revised.Candle.Close,
        Volume = revised.Candle.Volume,
        QuoteVolume = revised.Candle.QuoteVolume,
        Count = revised.Candle.Count,
        TakerBuyVolume = revised.Candle.TakerBuyVolume,
        TakerBuyQuoteVolume = revised.Candle.TakerBuyQuoteVolume,
        Revision = revised.Revision,
    };

    public Candle ToCandle(bool closed) => new()
    {
        OpenTime = TimeOf(Minute),
        Open = Open,
        High = High,
        Low = Low,
        Close = Close,
        Volume = Volume,
        QuoteVolume = QuoteVolume,
        Count = Count,
        TakerBuyVolume = TakerBuyVolume,
        TakerBuyQuoteVolume = TakerBuyQuoteVolume,
        Closed = closed,
    };

    public void Write(StateWriter writer)
    {
        var start = TimeOf(Minute).UtcTicks;
        writer.Signed(Minute);
        writer.Signed(First.Ticks - start);
        writer.Signed(First.Id);
        writer.Signed(Last.Ticks - start);
        writer.Signed(Last.Id - First.Id);
        writer.Decimal(Open);
        writer.Decimal(High);
        writer.Decimal(Low);
        writer.Decimal(Close);
        writer.Decimal(Volume);
        writer.Decimal(QuoteVolume);
        writer.Count(Count);
        writer.Decimal(TakerBuyVolume);
        writer.Decimal(TakerBuyQuoteVolume);
        writer.Signed(Revision);
    }

    public static MinuteBar Read(ref StateReader reader)
    {
        var minute = reader.Signed();
        if (minute is < -int.MaxValue or > int.MaxValue)
            throw new InvalidDataException($"{minute} is no minute.");
        var start = TimeOf(minute).UtcTicks;
        var first = new TradeKey(start + reader.Signed(), reader.Signed());
        return new MinuteBar
        {
            Minute = minute,
            First = first,
            Last = new TradeKey(start + reader.Signed(), first.Id + reader.Signed()),
            Open = reader.Decimal(),
            High = reader.Decimal(),
            Low = reader.Decimal(),
            Close = reader.Decimal(),
            Volume = reader.Decimal(),
            QuoteVolume = reader.Decimal(),
            Count = reader.Number(),
            TakerBuyVolume = reader.Decimal(),
            TakerBuyQuoteVolume = reader.Decimal(),
            Revision = reader.Signed(),
        };
    }
}
