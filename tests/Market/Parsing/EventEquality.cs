using System.Collections.Immutable;
using StreamForge.Contracts.Market;

namespace StreamForge.Tests.Market.Parsing;

/// <summary>Equality down to the digits: 1.0 and 1.00 differ.</summary>
internal static class EventEquality
{
    public static void AssertSame(MarketEvent expected, MarketEvent actual)
    {
        Assert.IsType(expected.GetType(), actual);
        switch (expected, actual)
        {
            case (DepthDiff e, DepthDiff a):
                AssertSame(e.Bids, a.Bids);
                AssertSame(e.Asks, a.Asks);
                Assert.Equal(e with { Bids = [], Asks = [] }, a with { Bids = [], Asks = [] });
                break;
            case (DepthSnapshot e, DepthSnapshot a):
                AssertSame(e.Bids, a.Bids);
                AssertSame(e.Asks, a.Asks);
                Assert.Equal(e with { Bids = [], Asks = [] }, a with { Bids = [], Asks = [] });
                break;
            case (TradeRange e, TradeRange a):
                Assert.Equal(e.Trades.AsEnumerable(), a.Trades);
                Assert.Equal(e with { Trades = [] }, a with { Trades = [] });
                break;
            case (Trade e, Trade a):
                Assert.Equal(decimal.GetBits(e.Price), decimal.GetBits(a.Price));
                Assert.Equal(decimal.GetBits(e.Quantity), decimal.GetBits(a.Quantity));
                Assert.Equal(e, a);
                break;
            default:
                Assert.Equal(expected, actual);
                break;
        }
    }

    private static void AssertSame(ImmutableArray<PriceLevel> expected, ImmutableArray<PriceLevel> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            if (!Digits(expected[i].Price).SequenceEqual(Digits(actual[i].Price))
                || !Digits(expected[i].Quantity).SequenceEqual(Digits(actual[i].Quantity)))
                Assert.Fail($"Level {i}: {expected[i]} became {actual[i]}.");
    }

    private static int[] Digits(decimal value) => decimal.GetBits(value);
}
