using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Candles;

namespace StreamForge.Tests.Market.Instruments;

/// <summary>Minutes computed the plain way, from all trades in order.</summary>
internal static class CandleAssert
{
    public static void Equal(IEnumerable<Trade> trades, IEnumerable<MinuteBar> bars, string what)
    {
        var expected = trades
            .OrderBy(t => t.Time).ThenBy(t => t.TradeId)
            .GroupBy(t => t.Time.ToUnixTimeSeconds() / 60)
            .Select(g => Row(g.Key, [.. g]))
            .Order(StringComparer.Ordinal)
            .ToList();
        var actual = bars.Select(Row).Order(StringComparer.Ordinal).ToList();
        Assert.True(expected.SequenceEqual(actual), $"{what}:\n{string.Join('\n', expected)}\nbut\n{string.Join('\n', actual)}");
    }

    private static string Row(long minute, List<Trade> trades)
    {
        var taken = trades.Where(t => !t.BuyerIsMaker).ToList();
        return Text(
            minute, trades[0].Price, trades.Max(t => t.Price), trades.Min(t => t.Price), trades[^1].Price,
            trades.Sum(t => t.Quantity), trades.Sum(t => t.Price * t.Quantity), trades.Sum(t => t.Count),
            taken.Sum(t => t.Quantity), taken.Sum(t => t.Price * t.Quantity));
    }

    private static string Row(MinuteBar b) => Text(
        b.Minute, b.Open, b.High, b.Low, b.Close, b.Volume, b.QuoteVolume, b.Count, b.TakerBuyVolume, b.TakerBuyQuoteVolume);

    private static string Text(long minute, params ReadOnlySpan<decimal> figures)
    {
        var text = $"{minute}";
        foreach (var figure in figures)
            text += $" {figure:0.##########}";
        return text;
    }
}
