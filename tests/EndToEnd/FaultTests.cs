using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using StreamForge.Grains.Integrity.Governor;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.EndToEnd;

/// <summary>What a venue, a network and a proxy can do wrong, all of it at once and by seed: the end is that of a clean run.</summary>
public class FaultTests(ITestOutputHelper output)
{
    private const string UsdM = "market/binance-usdm-btcusdt/cut-first-60s-all-streams.jsonl.gz";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task A_usdm_minute_full_of_faults_ends_as_the_clean_one(int seed)
    {
        using var folder = new TempFolder();
        await EndsAsTheCleanRun(
            [CapturedMarket.CutAtWholeBook(UsdM, "BTCUSDT", folder.Path)],
            "binance-usdm", ["binance-usdm:BTCUSDT"], BinanceFaults(seed, 900, 2_000), hasTradeIds: true);
    }

    [Fact]
    public Task Spot_full_of_faults_ends_as_the_clean_run() =>
        EndsAsTheCleanRun(
            [SharedData.Path(MarketRecordings.Spot)], "binance", ["binance:BTCUSDT"], BinanceFaults(21, 1_200, 2_400), hasTradeIds: true);

    [Fact]
    public Task Kraken_full_of_faults_ends_as_the_clean_run() =>
        EndsAsTheCleanRun(
            [SharedData.Path(MarketRecordings.KrakenBook), SharedData.Path(MarketRecordings.KrakenTrades)],
            "kraken",
            [
                "kraken:SC-EUR", "kraken:OMG-USD", "kraken:XMR-USD", "kraken:KSM-XBT", "kraken:ETH-CHF", "kraken:XBT-CHF",
                "kraken:WAVES-EUR", "kraken:ADA-XBT", "kraken:GRT-ETH", "kraken:OCEAN-XBT",
            ],
            KrakenFaults(31),
            hasTradeIds: false);

    [Fact]
    public async Task Every_lost_diff_is_seen_marked_while_it_is_missing_and_repaired_by_request()
    {
        const int gaps = 6;
        var random = new Random(41);
        using var folder = new TempFolder();
        var file = CapturedMarket.CutAtWholeBook(UsdM, "BTCUSDT", folder.Path);
        await using var market = await FaultyMarket.Start([file], "binance-usdm", FaultPlan.None, lockStep: true);
        var exchange = market.Exchange;
        await Eventually.Holds(() => exchange.Status().Connections.Count > 0, Deadline, "the connector is connected");
        await exchange.AdvanceAsync(60, "depth");
        for (var gap = 1; gap <= gaps; gap++)
        {
            var next = await exchange.AdvanceAsync(random.Next(1, 60), "depth");
            await Reaches(market, next.Sequence);
            var known = await Gaps(market);
            // One diff is lost, and the venue does not help at first.
            exchange.SetFaults(new FaultPlan { Seed = gap, Rules = [Rule(FaultKind.Drop, "depth", [1]), Failing] });
            await exchange.AdvanceAsync(2, "depth");
            await Eventually.HoldsAsync(async () => await StatusOf(market) is "gap" or "repairing", Deadline, $"gap {gap} is seen");
            for (var read = 0; read < 20; read++)
                Assert.Contains(await StatusOf(market), new[] { "gap", "repairing" });
            Assert.InRange(await Gaps(market), known + 1, long.MaxValue);
            exchange.SetFaults(FaultPlan.None);
            await Eventually.HoldsAsync(
                async () => await StatusOf(market) is not ("gap" or "repairing"), Deadline, $"gap {gap} is repaired");
        }
        var repairs = (await market.Platform.Status()).GetProperty("repairs");
        Assert.InRange(repairs.GetProperty("closed").GetInt64(), gaps, long.MaxValue);
        Assert.InRange(repairs.GetProperty("requested").GetInt64(), gaps, long.MaxValue);
    }

    [Fact]
    public async Task A_link_that_falls_silent_does_not_stay_live()
    {
        using var folder = new TempFolder();
        var file = CapturedMarket.CutAtWholeBook(UsdM, "BTCUSDT", folder.Path);
        await using var market = await FaultyMarket.Start([file], "binance-usdm", FaultPlan.None, lockStep: true);
        await Eventually.Holds(() => market.Exchange.Status().Connections.Count > 0, Deadline, "the connector is connected");
        await market.Exchange.AdvanceAsync(market.Exchange.Progress.TotalFrames!.Value - 1);
        market.Exchange.SetFaults(new FaultPlan
        {
            Rules = [Rule(FaultKind.Silence, "depth", [1]) with { Duration = TimeSpan.FromSeconds(30) }],
        });
        await market.Exchange.AdvanceAsync(1);
        await Eventually.HoldsAsync(
            async () => await StatusOf(market) is "stale" or "source-down", Deadline, "the silence shows");
        await Eventually.HoldsAsync(
            async () => await ListedStatus(market) is "stale" or "source-down", Deadline, "the list does not claim more");
        // The connector gives the dead link up, and a new one is proven by itself.
        await market.Vouched(Deadline, "binance-usdm:BTCUSDT");
        await Eventually.HoldsAsync(async () => await ListedStatus(market) is "live", Deadline, "the list says so");
    }

    private static FaultRule Failing => new() { Kind = FaultKind.FailingSnapshot, Probability = 1 };

    private static async Task<long> Gaps(FaultyMarket market) =>
        (await market.Platform.Status()).GetProperty("repairs").GetProperty("gaps").GetInt64();

    private static Task Reaches(FaultyMarket market, long sequence) => Eventually.HoldsAsync(
        async () => (await Book(market))?.GetProperty("sequence").GetInt64() >= sequence, Deadline, $"the book is at {sequence}");

    private static async Task<string> StatusOf(FaultyMarket market) => (await Book(market))?.GetProperty("status").GetString() ?? "unknown";

    private static async Task<string?> ListedStatus(FaultyMarket market) =>
        (await market.Platform.Get("/v1/instruments")).GetProperty("items").EnumerateArray()
            .Select(item => item.GetProperty("status").GetString()).SingleOrDefault();

    /// <returns>What the answer says of its freshness; none before the first event, when the instrument is unknown.</returns>
    private static async Task<JsonElement?> Book(FaultyMarket market)
    {
        using var answer = await market.Platform.Http.GetAsync("/v1/instruments/binance-usdm:BTCUSDT/book?depth=1");
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("freshness");
    }

    private async Task EndsAsTheCleanRun(string[] files, string venue, string[] instruments, FaultPlan plan, bool hasTradeIds)
    {
        output.WriteLine($"fault seed {plan.Seed}");
        MarketAnswers[] clean;
        await using (var market = await FaultyMarket.Start(files, venue, FaultPlan.None, speed: 25))
        {
            await market.Vouched(Deadline, instruments);
            clean = await Read(market, instruments);
        }
        await using var faulty = await FaultyMarket.Start(files, venue, plan, speed: 25);
        await faulty.Vouched(Deadline, instruments);
        var end = await Read(faulty, instruments);

        var injected = faulty.Exchange.FaultJournal.Counts();
        output.WriteLine($"injected: {string.Join(", ", injected.ByKind.Select(kind => $"{kind.Key} {kind.Value}"))}");
        var status = await faulty.Platform.Status();
        output.WriteLine($"repairs: {status.GetProperty("repairs")}, events: {status.GetProperty("events")}");
        foreach (var kind in plan.Rules.Select(rule => rule.Kind).Distinct())
            Assert.True(injected.ByKind.GetValueOrDefault(JsonNamingPolicy.CamelCase.ConvertName(kind.ToString())) > 0, $"no {kind} was injected");
        for (var i = 0; i < instruments.Length; i++)
        {
            clean[i].AssertSame(end[i], bookOnly: !hasTradeIds);
            Assert.NotEqual("|", end[i].Book);
        }
        var repairs = status.GetProperty("repairs");
        Assert.InRange(repairs.GetProperty("gaps").GetInt64(), 1, long.MaxValue);
        Assert.Equal(repairs.GetProperty("gaps").GetInt64(), repairs.GetProperty("closed").GetInt64());
        Assert.Equal(0, status.GetProperty("parked").GetArrayLength());
        Assert.InRange(status.GetProperty("deadLetters").GetInt64(), 1, long.MaxValue);
        // The exchange's own count, not ours.
        Assert.InRange(faulty.Exchange.Status().Rest.MaxConcurrent, venue == "kraken" ? 0 : 1, new GovernorOptions().MaxConcurrent);
    }

    private static Task<MarketAnswers[]> Read(FaultyMarket market, string[] instruments) => Task.WhenAll(instruments.Select(
        instrument => MarketAnswers.Read(market.Platform.Http, instrument, "2024-08-08T23:50:00Z", "2024-08-09T00:10:00Z")));

    private static FaultPlan BinanceFaults(int seed, int depths, int trades)
    {
        var (depth, trade) = (new Places(seed, depths), new Places(seed + 1, trades));
        return new FaultPlan
        {
            Seed = seed,
            SpareTail = 200,
            Rules =
            [
                Rule(FaultKind.Drop, "depth", depth.Take(12)),
                Rule(FaultKind.Drop, "trade", trade.Take(25)),
                Rule(FaultKind.Duplicate, "depth", depth.Take(20)),
                Rule(FaultKind.Duplicate, "trade", trade.Take(20)),
                Rule(FaultKind.Reorder, "depth", depth.Take(10)) with { Distance = 3 },
                Rule(FaultKind.Reorder, "trade", trade.Take(10)) with { Distance = 2 },
                Rule(FaultKind.MalformedInsert, "depth", depth.Take(8)),
                Rule(FaultKind.MalformedReplace, "depth", depth.Take(4)),
                Rule(FaultKind.MalformedReplace, "trade", trade.Take(6)),
                Rule(FaultKind.Disconnect, "depth", depth.Take(2)),
                Rule(FaultKind.Disconnect, "trade", trade.Take(1)),
                Rule(FaultKind.Silence, "depth", depth.Take(1)) with { Duration = TimeSpan.FromSeconds(2) },
                // Requests, each kind counted by itself: the first of a connect, and those of repairs.
                Rule(FaultKind.StaleSnapshot, null, [1]),
                Rule(FaultKind.FailingSnapshot, null, [3]),
                Rule(FaultKind.SlowSnapshot, null, [4]),
                Rule(FaultKind.FailingSnapshot, null, [5]) with { Status = 429 },
                Rule(FaultKind.FailingTrades, null, [1, 3]),
            ],
        };
    }

    private static FaultPlan KrakenFaults(int seed)
    {
        var book = new Places(seed, 2_500);
        return new FaultPlan
        {
            Seed = seed,
            SpareTail = 1_000,
            Rules =
            [
                Rule(FaultKind.Drop, "book", book.Take(10)),
                Rule(FaultKind.Duplicate, "book", book.Take(10)),
                Rule(FaultKind.Reorder, "book", book.Take(6)),
                Rule(FaultKind.MalformedInsert, "book", book.Take(6)),
                Rule(FaultKind.MalformedReplace, "book", book.Take(4)),
                Rule(FaultKind.Disconnect, "book", book.Take(2)),
                Rule(FaultKind.Silence, "book", book.Take(1)),
            ],
        };
    }

    private static FaultRule Rule(FaultKind kind, string? stream, IReadOnlyList<long> at) => new() { Kind = kind, Stream = stream, At = at };

    /// <summary>
    /// Where in a stream things happen, no two at one frame. Not at its very beginning: what came before the first trade seen,
    /// nobody can miss.
    /// </summary>
    private sealed class Places(int seed, int length)
    {
        private readonly Queue<long> _shuffled = new(Shuffle([.. Enumerable.Range(40, length - 40).Select(place => (long)place)], seed));

        public long[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => _shuffled.Dequeue()).Order()];

        private static long[] Shuffle(long[] all, int seed)
        {
            new Random(seed).Shuffle(all);
            return all;
        }
    }
}
