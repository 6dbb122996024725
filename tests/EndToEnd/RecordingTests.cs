using System.Text.Json;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.EndToEnd;

/// <summary>
/// The recordings through the whole pipeline, against the oracles that came with them: WebSocket and REST of the simulated
/// exchange in, the client API out.
/// </summary>
public class RecordingTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    /// <summary>Diffs that go out before they are compared: well below what the platform keeps for readers of its stream.</summary>
    private const int LockStep = 100;

    [Fact]
    public Task After_every_usdm_diff_the_best_prices_are_those_of_the_capture() =>
        BestPricesMatch(MarketRecordings.UsdM, "binance-usdm:BTCUSDT", 6_546);

    [Fact]
    public Task After_every_spot_diff_the_best_prices_are_those_of_the_capture() =>
        BestPricesMatch(MarketRecordings.Spot, "binance:BTCUSDT", 1_295);

    [Fact]
    public async Task The_five_full_minutes_equal_the_exchange_s_own_candles_in_every_column()
    {
        using var folder = new TempFolder();
        await using var platform = await TestPlatform.Start(TestPlatform.Replay(folder.Path, SharedData.Path(MarketRecordings.UsdM)));
        var answer = await platform.Live(
            "/v1/instruments/binance-usdm:BTCUSDT/candles?interval=1m&from=2024-08-08T23:55:00Z&to=2024-08-09T00:00:00Z",
            await platform.Played(Deadline),
            Deadline);
        var candles = answer.GetProperty("candles").EnumerateArray().Select(Columns).ToArray();
        Assert.Equal(CapturedMarket.Klines(), candles);
    }

    [Fact]
    public async Task Every_kraken_checksum_holds()
    {
        using var folder = new TempFolder();
        await using var platform = await TestPlatform.Start(TestPlatform.Replay(
            folder.Path, SharedData.Path(MarketRecordings.KrakenBook), SharedData.Path(MarketRecordings.KrakenTrades)));
        var end = await platform.Played(Deadline);
        // The list is as of the last checkpoint.
        JsonElement[] instruments = [];
        await Eventually.HoldsAsync(
            async () => (instruments = [.. (await platform.Get("/v1/instruments?limit=100")).GetProperty("items").EnumerateArray()]).Length == 10,
            Deadline,
            "all ten pairs are listed");
        await platform.Vouched(end, Deadline, [.. instruments.Select(item => item.GetProperty("instrument").GetString()!)]);
        var status = await platform.Status();
        // A checksum that does not hold is a gap, and asks for a new snapshot.
        Assert.Equal(0, status.GetProperty("repairs").GetProperty("gaps").GetInt64());
        Assert.Equal(0, status.GetProperty("repairs").GetProperty("requested").GetInt64());
        // None was passed over: ten snapshots, every update, every trade.
        Assert.Equal(
            10 + 4_269 + CapturedMarket.KrakenTrades(),
            status.GetProperty("events").GetProperty("applied").GetInt64());
    }

    [Fact]
    public async Task Every_symbol_of_the_futures_family_bridges_its_snapshot()
    {
        using var folder = new TempFolder();
        await using var platform = await TestPlatform.Start(TestPlatform.Replay(
            folder.Path, SharedData.Path(MarketRecordings.FamilyFrames), SharedData.Path(MarketRecordings.FamilySnapshots)));
        var end = await platform.Played(Deadline);
        foreach (var (symbol, last) in CapturedMarket.LastSequences(MarketRecordings.FamilyFrames))
        {
            var book = await platform.Live($"/v1/instruments/binance-usdm:{symbol}/book?depth=1", end, Deadline);
            Assert.Equal(last, book.GetProperty("freshness").GetProperty("sequence").GetInt64());
        }
    }

    private static async Task BestPricesMatch(string file, string instrument, int expected)
    {
        using var folder = new TempFolder();
        await using var platform = await TestPlatform.Start(
            TestPlatform.Replay(folder.Path, SharedData.Path(file)) with { LockStep = true });
        // The first snapshot is as of the replay's beginning: one that is asked for later would hold diffs that are then never told.
        await Eventually.Holds(
            () => platform.Exchange.Status() is { Connections.Count: > 0, Rest: { Concurrent: 0 } rest } && rest.ByKind.ContainsKey("depth"),
            Deadline,
            "the connector is connected and has its snapshot");
        var oracle = CapturedMarket.BestAfterDiffs(file);
        using var end = new CancellationTokenSource(Deadline);
        // The listener stands before the first frame goes out, so that it is told of every change.
        await using var events = await platform.Stream(instrument, end.Token);
        var matched = 0;
        for (var ended = false; !ended;)
        {
            var step = await platform.Exchange.AdvanceAsync(LockStep, "depth", end.Token);
            ended = step.Ended;
            // In step: nothing more goes out until the last diff of this batch has been told.
            var last = oracle.Keys.LastOrDefault(sequence => !ended && sequence <= step.Sequence, ended ? oracle.Keys.LastOrDefault() : 0);
            for (var told = 0L; told < last && await events.MoveNextAsync();)
            {
                if (events.Current.EventType != "book")
                    continue;
                told = events.Current.Data.GetProperty("sequence").GetInt64();
                if (!oracle.Remove(told, out var best))
                    continue;
                Assert.Equal(best, CapturedMarket.Best(events.Current.Data));
                matched++;
            }
        }
        // Every diff was told, and at least as many as the oracle counts (which leaves out one at the snapshot's edge).
        Assert.Empty(oracle);
        Assert.True(matched >= expected, $"{matched} of {expected}");
    }

    private static string Columns(JsonElement candle) => string.Join(
        ',',
        new[] { "open", "high", "low", "close", "volume", "quoteVolume", "count", "takerBuyVolume", "takerBuyQuoteVolume" }
            .Select(name => CapturedMarket.Plain(candle.GetProperty(name))));
}
