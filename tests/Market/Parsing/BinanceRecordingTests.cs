using System.Globalization;
using StreamForge.Contracts.Market;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.Market.Parsing;

/// <summary>What the parser makes of the Binance recordings, against the oracles that came with them.</summary>
public sealed class BinanceRecordingTests
{
    [Fact]
    public void UsdM_counts_and_sequences_are_those_of_the_recording()
    {
        var events = Raw.Events("binance-usdm", MarketRecordings.ReadLines(MarketRecordings.UsdM, "BTCUSDT")).ToList();

        Assert.Equal(93_954, events.Count);
        Assert.Equal(66_089, events.OfType<DepthDigest>().Count());
        Assert.All(events, e => Assert.Equal("binance-usdm:BTCUSDT", e.Instrument));
        AssertChain(events.OfType<DepthDiff>(), 6_551);
        AssertTradeIds(events.OfType<Trade>(), 21_313);
        var snapshot = Assert.Single(events.OfType<DepthSnapshot>());
        Assert.Equal((5123107852948, 1_000, 1_000), (snapshot.Sequence, snapshot.Bids.Length, snapshot.Asks.Length));
        AssertDigestsCovered(events);
    }

    [Fact]
    public void UsdM_trades_by_their_time_give_the_published_klines()
    {
        var minutes = Raw.Events("binance-usdm", MarketRecordings.ReadLines(MarketRecordings.UsdM, "BTCUSDT"))
            .OfType<Trade>()
            .GroupBy(t => t.Time.ToUnixTimeMilliseconds() / 60_000 * 60_000)
            .ToDictionary(g => g.Key, g => g.ToList());
        var klines = File.ReadLines(SharedData.Path("market/binance-usdm-btcusdt/klines-1m-binance-um.csv"))
            .Skip(1)
            .Select(line => line.Split(',').Select(v => decimal.Parse(v, CultureInfo.InvariantCulture)).ToArray())
            .Where(k => k[0] is >= 1723161300000 and < 1723161600000)
            .ToList();

        Assert.Equal(5, klines.Count);
        foreach (var kline in klines)
        {
            var trades = minutes[(long)kline[0]];
            var taken = trades.Where(t => !t.BuyerIsMaker).ToList();
            decimal[] built =
            [
                kline[0], trades[0].Price, trades.Max(t => t.Price), trades.Min(t => t.Price), trades[^1].Price,
                trades.Sum(t => t.Quantity), kline[6], trades.Sum(t => t.Quantity * t.Price), trades.Sum(t => t.Count),
                taken.Sum(t => t.Quantity), taken.Sum(t => t.Quantity * t.Price), kline[11],
            ];
            Assert.Equal(kline, built);
        }
    }

    [Fact]
    public void Spot_counts_and_sequences_are_those_of_the_recording()
    {
        var events = Raw.Events("binance", MarketRecordings.ReadLines(MarketRecordings.Spot, "BTCUSDT")).ToList();

        Assert.Equal(14_708, events.Count);
        Assert.Equal(10_713, events.OfType<DepthDigest>().Count());
        AssertChain(events.OfType<DepthDiff>(), 1_297);
        AssertTradeIds(events.OfType<Trade>(), 2_697);
        Assert.Equal(50093239218, Assert.Single(events.OfType<DepthSnapshot>()).Sequence);
        AssertDigestsCovered(events);
    }

    [Fact]
    public void Futures_family_bridges_all_four_symbols()
    {
        var events = Raw.Events("binance-usdm", MarketRecordings.ReadCapture(MarketRecordings.FamilyFrames)).ToList();
        var snapshots = Raw.Events("binance-usdm", MarketRecordings.ReadCapture(MarketRecordings.FamilySnapshots))
            .Cast<DepthSnapshot>()
            .DistinctBy(s => (s.Instrument, s.Sequence))
            .ToList();

        Assert.Equal((764, 91, 613), (events.OfType<DepthDiff>().Count(), events.OfType<Trade>().Count(), events.OfType<DepthDigest>().Count()));
        Assert.Equal(4, snapshots.Count);
        foreach (var snapshot in snapshots)
        {
            var diffs = events.OfType<DepthDiff>().Where(d => d.Instrument == snapshot.Instrument).ToList();
            AssertChain(diffs, diffs.Count);
            Assert.Contains(diffs, d => d.Previous < snapshot.Sequence && d.Last >= snapshot.Sequence);
            AssertTradeIds(events.OfType<Trade>().Where(t => t.Instrument == snapshot.Instrument), expected: null);
        }
    }

    private static void AssertChain(IEnumerable<DepthDiff> diffs, int expected)
    {
        var list = diffs.ToList();
        Assert.Equal(expected, list.Count);
        for (var i = 1; i < list.Count; i++)
            Assert.Equal(list[i - 1].Last, list[i].Previous);
    }

    private static void AssertTradeIds(IEnumerable<Trade> trades, int? expected)
    {
        var ids = trades.Select(t => t.TradeId!.Value).ToList();
        Assert.Equal(expected ?? ids.Count, ids.Count);
        for (var i = 1; i < ids.Count; i++)
            Assert.Equal(ids[i - 1] + 1, ids[i]);
    }

    /// <summary>What a digest promises: a diff that covers it comes, unless the recording ends first.</summary>
    private static void AssertDigestsCovered(List<MarketEvent> events)
    {
        var last = events.OfType<DepthDiff>().Max(d => d.Last);
        var first = events.OfType<DepthDiff>().Min(d => d.Previous);
        var diffs = events.OfType<DepthDiff>().ToList();
        foreach (var digest in events.OfType<DepthDigest>().Where(d => d.Sequence > first && d.Sequence <= last))
            Assert.True(diffs[FirstAtOrAbove(diffs, digest.Sequence)].Previous < digest.Sequence);
    }

    private static int FirstAtOrAbove(List<DepthDiff> diffs, long sequence)
    {
        var (low, high) = (0, diffs.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (diffs[middle].Last >= sequence)
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }
}
