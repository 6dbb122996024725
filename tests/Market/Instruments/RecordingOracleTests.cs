using System.Globalization;
using System.Text.Json;
using StreamForge.Contracts.Market;
using StreamForge.Tests.Market.Parsing;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.Market.Instruments;

/// <summary>The core on the recordings, against the figures that came with them.</summary>
public sealed class RecordingOracleTests
{
    [Fact]
    public void UsdM_best_bid_and_ask_equal_the_book_ticker_after_every_diff() =>
        AssertBests("binance-usdm", MarketRecordings.UsdM, expected: 6_546);

    [Fact]
    public void Spot_best_bid_and_ask_equal_the_book_ticker_after_every_diff() =>
        AssertBests("binance", MarketRecordings.Spot, expected: 1_295);

    [Fact]
    public void UsdM_minutes_equal_the_published_klines_in_every_column()
    {
        var driver = new CoreDriver("binance-usdm:BTCUSDT");
        foreach (var item in Raw.Events("binance-usdm", MarketRecordings.ReadLines(MarketRecordings.UsdM, "BTCUSDT")))
            driver.Accept(item);
        var klines = File.ReadLines(SharedData.Path("market/binance-usdm-btcusdt/klines-1m-binance-um.csv"))
            .Skip(1)
            .Select(line => line.Split(',').Select(v => decimal.Parse(v, CultureInfo.InvariantCulture)).ToArray())
            .ToDictionary(k => DateTimeOffset.FromUnixTimeMilliseconds((long)k[0]));

        var from = DateTimeOffset.Parse("2024-08-08T23:55:00Z", CultureInfo.InvariantCulture);
        var candles = driver.Core.Candles(CandleInterval.OneMinute, from, from.AddMinutes(5), []).Candles;

        Assert.Equal(5, candles.Length);
        foreach (var candle in candles)
        {
            Assert.True(candle.Closed);
            decimal[] built =
            [
                candle.OpenTime.ToUnixTimeMilliseconds(), candle.Open, candle.High, candle.Low, candle.Close, candle.Volume,
                candle.OpenTime.AddMinutes(1).ToUnixTimeMilliseconds() - 1, candle.QuoteVolume, candle.Count,
                candle.TakerBuyVolume, candle.TakerBuyQuoteVolume, 0,
            ];
            Assert.Equal(klines[candle.OpenTime], built);
        }

        var five = Assert.Single(driver.Core.Candles(CandleInterval.FiveMinutes, from, from.AddMinutes(5), []).Candles);
        Assert.Equal(
            (candles[0].Open, candles.Max(c => c.High), candles.Min(c => c.Low), candles[^1].Close, candles.Sum(c => c.Volume), candles.Sum(c => c.Count)),
            (five.Open, five.High, five.Low, five.Close, five.Volume, five.Count));
    }

    [Fact]
    public void Kraken_checksum_holds_after_every_update()
    {
        var drivers = new Dictionary<string, CoreDriver>(StringComparer.Ordinal);
        var (snapshots, agreed) = (0, 0);
        foreach (var item in Raw.Events("kraken", MarketRecordings.ReadCapture(MarketRecordings.KrakenBook)))
        {
            if (!drivers.TryGetValue(item.Instrument, out var driver))
                drivers[item.Instrument] = driver = new CoreDriver(item.Instrument);
            driver.Now = driver.Now.AddMilliseconds(1);
            driver.Accept(item);
            Assert.Null(driver.State.DepthGap);
            Assert.Equal(item.ReceivedAt, driver.State.DepthFacts.VerifiedAt);
            switch (item)
            {
                case DepthSnapshot:
                    snapshots++;
                    break;
                case DepthDiff diff:
                    Assert.Equal(diff.Checksum, driver.State.Book.Checksum());
                    // What is stored keeps every digit.
                    Assert.Equal(diff.Checksum, CoreDriver.Copy(driver.State).Book.Checksum());
                    agreed++;
                    break;
            }
        }

        Assert.Equal((10, 4_269), (snapshots, agreed));
        Assert.All(drivers.Values, d => Assert.True(d.State.Book.Bids.Count <= 1_000 && d.State.Book.Asks.Count <= 1_000));
    }

    [Fact]
    public void Futures_family_bridges_all_four_symbols_and_its_candles_equal_the_kline_messages()
    {
        var snapshots = Raw.Events("binance-usdm", MarketRecordings.ReadCapture(MarketRecordings.FamilySnapshots))
            .Cast<DepthSnapshot>()
            .DistinctBy(s => s.Instrument)
            .ToDictionary(s => s.Instrument);
        var drivers = snapshots.Keys.ToDictionary(i => i, i => new CoreDriver(i));
        var klines = MarketRecordings.ReadCapture(MarketRecordings.FamilyFrames)
            .Select(m => DataOf(m, "@kline_1m")?.GetProperty("k"))
            .OfType<JsonElement>()
            // The minute before was running already when the recording began.
            .Where(k => k.GetProperty("t").GetInt64() == 1_626_992_760_000)
            .ToLookup(k => "binance-usdm:" + k.GetProperty("s").GetString());
        var (diffs, compared) = (0, 0);
        foreach (var item in Raw.Events("binance-usdm", MarketRecordings.ReadCapture(MarketRecordings.FamilyFrames)))
        {
            var driver = drivers[item.Instrument];
            driver.Accept(item);
            switch (item)
            {
                case DepthDiff:
                    // The snapshot was asked for after the first diff had come.
                    if (!driver.State.BookStarted)
                        driver.Accept(snapshots[item.Instrument]);
                    diffs++;
                    break;
                case Trade:
                    compared += klines[item.Instrument].Count(k => EqualsRunningMinute(driver, k));
                    break;
            }
        }

        Assert.Equal((4, 764, 15), (drivers.Count, diffs, compared));
        Assert.All(drivers.Values, d => Assert.True(d.State.BookStarted && d.State.DepthGap is null));
    }

    private static void AssertBests(string venue, string file, int expected)
    {
        var tickers = MarketRecordings.ReadLines(file, "BTCUSDT")
            .Select(m => DataOf(m, "@bookTicker"))
            .OfType<JsonElement>()
            .ToList();
        var driver = new CoreDriver($"{venue}:BTCUSDT");
        var (equal, compared, newest, version) = (0, 0, -1, 0L);
        foreach (var item in Raw.Events(venue, MarketRecordings.ReadLines(file, "BTCUSDT")))
        {
            driver.Accept(item);
            var page = driver.Core.Updates.Read(driver.Core.Updates.Life, version, int.MaxValue);
            version = page.Version;
            var before = compared;
            foreach (var update in page.Updates)
            {
                if (update.Kind != StreamUpdateKind.Book || update.Sequence == (item as DepthSnapshot)?.Sequence)
                    continue;
                // The latest by sequence: tickers run ahead of the diffs that they summarise.
                while (newest + 1 < tickers.Count && tickers[newest + 1].GetProperty("u").GetInt64() <= update.Sequence)
                    newest++;
                Assert.Equal(Level(tickers[newest], "b", "B"), update.BestBid);
                Assert.Equal(Level(tickers[newest], "a", "A"), update.BestAsk);
                compared++;
            }

            // The snapshot releases two diffs of USD-M at once; the oracle counts what is seen from outside.
            equal += compared > before ? 1 : 0;
        }

        Assert.Equal(expected, equal);
        Assert.Equal(0, driver.State.Book.Crossed);
        Assert.Null(driver.State.TradeIds.Gap);
    }

    private static PriceLevel Level(JsonElement ticker, string price, string quantity) =>
        new(Number(ticker, price), Number(ticker, quantity));

    private static decimal Number(JsonElement json, string name) =>
        decimal.Parse(json.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static JsonElement? DataOf(RecordedMessage message, string stream)
    {
        using var json = JsonDocument.Parse(message.Body);
        return json.RootElement.TryGetProperty("stream", out var name) && name.GetString()!.EndsWith(stream, StringComparison.Ordinal)
            ? json.RootElement.GetProperty("data").Clone()
            : null;
    }

    /// <summary>Whether a kline message counts just the trades that are in so far; then all its figures must be ours.</summary>
    private static bool EqualsRunningMinute(CoreDriver driver, JsonElement kline)
    {
        var minute = kline.GetProperty("t").GetInt64() / 60_000;
        var bar = driver.State.Candles.Bars.LastOrDefault(b => b.Minute == minute);
        if (bar is null || bar.Count != kline.GetProperty("n").GetInt32())
            return false;
        decimal[] expected =
        [
            Number(kline, "o"), Number(kline, "h"), Number(kline, "l"), Number(kline, "c"), Number(kline, "v"), Number(kline, "q"),
            Number(kline, "V"), Number(kline, "Q"),
        ];
        decimal[] built =
            [bar.Open, bar.High, bar.Low, bar.Close, bar.Volume, bar.QuoteVolume, bar.TakerBuyVolume, bar.TakerBuyQuoteVolume];
        Assert.Equal(expected, built);
        return true;
    }
}
