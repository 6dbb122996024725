using System.Collections.Immutable;
using StreamForge.Contracts.Market;

namespace StreamForge.Grains.Market.Candles;

/// <summary>Makes candles of any interval from minutes; intervals without trades repeat the close before them.</summary>
public static class CandleRollup
{
    /// <param name="minutes">Minutes with trades in order of time; those before <paramref name="from"/> only give the close before it.</param>
    /// <param name="from">Candles that open at or after this, UTC.</param>
    /// <param name="to">And before this, UTC.</param>
    /// <param name="eventTime">The newest event time known, UTC: there are no candles after it, and intervals that end by it are closed.</param>
    public static ImmutableArray<Candle> Build(
        IReadOnlyList<Candle> minutes, CandleInterval interval, DateTimeOffset from, DateTimeOffset to, DateTimeOffset eventTime)
    {
        var length = TimeSpan.FromMinutes((int)interval);
        var candles = ImmutableArray.CreateBuilder<Candle>();
        decimal? close = null;
        var next = 0;
        var open = Ceiling(from, length);
        // Long stretches before the first trade have no candles: begin where there can be one.
        while (next < minutes.Count && minutes[next].OpenTime < open)
            close = minutes[next++].Close;
        if (close is null && next < minutes.Count)
            open = Max(open, Floor(minutes[next].OpenTime, length));

        for (; open < to && open <= eventTime && (close is not null || next < minutes.Count); open += length)
        {
            var end = open + length;
            var candle = close is { } previous ? Empty(open, previous) : null;
            for (; next < minutes.Count && minutes[next].OpenTime < end; next++)
                candle = candle is null or { Count: 0 } ? minutes[next] with { OpenTime = open } : Join(candle, minutes[next]);
            if (candle is null)
                continue;
            candles.Add(candle with { Closed = end <= eventTime });
            close = candle.Close;
        }

        return candles.ToImmutable();
    }

    private static Candle Empty(DateTimeOffset open, decimal close) => new()
    {
        OpenTime = open,
        Open = close,
        High = close,
        Low = close,
        Close = close,
        Volume = 0,
        QuoteVolume = 0,
        Count = 0,
        TakerBuyVolume = 0,
        TakerBuyQuoteVolume = 0,
    };

    private static Candle Join(Candle a, Candle b) => a with
    {
        High = Math.Max(a.High, b.High),
        Low = Math.Min(a.Low, b.Low),
        Close = b.Close,
        Volume = a.Volume + b.Volume,
        QuoteVolume = a.QuoteVolume + b.QuoteVolume,
        Count = a.Count + b.Count,
        TakerBuyVolume = a.TakerBuyVolume + b.TakerBuyVolume,
        TakerBuyQuoteVolume = a.TakerBuyQuoteVolume + b.TakerBuyQuoteVolume,
    };

    private static DateTimeOffset Floor(DateTimeOffset time, TimeSpan length)
    {
        var since = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var rest = ((since % length.Ticks) + length.Ticks) % length.Ticks;
        return new DateTimeOffset(time.UtcTicks - rest, TimeSpan.Zero);
    }

    private static DateTimeOffset Ceiling(DateTimeOffset time, TimeSpan length)
    {
        var floor = Floor(time, length);
        return floor == time ? floor : floor + length;
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
