using System.Text.Json;
using StreamForge.Contracts.Integrity;
using StreamForge.Simulation.Market;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Laws;

/// <summary>In the end each minute has just the trades that the source made in it: also those that left for their day's own grain.</summary>
internal static class CandleLaw
{
    private const string Name = "L2 nothing twice";

    public static void Check(PlatformWorld world, Answer trades, Answer candles)
    {
        var ids = trades.Content.GetProperty("trades").EnumerateArray().Select(t => t.GetProperty("tradeId").GetInt64()).ToList();
        // What came before the first one seen was never claimed; what was given up is not there.
        if (trades.Freshness.Status != FreshnessStatus.Live || ids.Count is 0 or >= WatermarkLaw.TapeLength)
            return;
        var first = ids.Min();
        var expected = world.Truth[trades.Instrument].Trades.Values.Where(t => t.Id >= first).GroupBy(MinuteOf)
            .ToDictionary(g => g.Key, g => (g.Count(), g.Sum(t => t.Quantity), g.Max(t => t.Price), g.Min(t => t.Price)));
        foreach (var candle in candles.Content.GetProperty("candles").EnumerateArray())
        {
            if (candle.GetProperty("count").GetInt32() == 0)
                continue;
            world.Reach.Count($"check/{Name}, minute");
            var minute = candle.GetProperty("openTime").GetDateTimeOffset();
            if (!expected.Remove(minute, out var made) || made != Told(candle))
                throw new LawBrokenException(Name, trades.Instrument, $"the minute {minute:O} is not what the source made: {candle}, and not {made}");
        }

        foreach (var (minute, made) in expected)
            throw new LawBrokenException(Name, trades.Instrument, $"the minute {minute:O} is not there, in which the source made {made}");
    }

    private static (int, decimal, decimal, decimal) Told(JsonElement candle) =>
        (candle.GetProperty("count").GetInt32(), candle.Number("volume"), candle.Number("high"), candle.Number("low"));

    private static DateTimeOffset MinuteOf(TrueTrade trade) => new(trade.Time.Ticks - (trade.Time.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
}
