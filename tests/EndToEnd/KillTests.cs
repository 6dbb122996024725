using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.EndToEnd;

/// <summary>
/// kill -9 of the platform, again and again on one folder of data, while the exchange lives on in a process of its own: in the
/// middle of flushes, commits, rotations, compactions and rebalances, and anywhere. STREAMFORGE_KILLS and STREAMFORGE_SEED say how
/// often and where.
/// </summary>
public class KillTests(ITestOutputHelper output)
{
    private const string Recording = "market/binance-usdm-btcusdt/cut-first-60s-all-streams.jsonl.gz";
    private const string Instrument = "binance-usdm:BTCUSDT";

    /// <summary>What 128 and the number of SIGKILL make.</summary>
    private const int Killed = 137;

    /// <summary>Market seconds that a platform is given before it dies, so that the market is not over too soon.</summary>
    private const double SecondsEach = 1.6;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    /// <summary>Everything happens often: checkpoints, full segments, compaction.</summary>
    private static readonly Dictionary<string, string> Busy = new()
    {
        ["StreamForge__Pump__CheckpointMin"] = "00:00:00.050",
        ["StreamForge__Log__SegmentBytes"] = "65536",
        ["StreamForge__States__SegmentBytes"] = "65536",
        ["StreamForge__States__CompactAboveBytes"] = "262144",
    };

    [Fact]
    public async Task After_kills_in_the_middle_of_everything_the_end_is_that_of_a_clean_run()
    {
        var kills = Math.Max(Asked("STREAMFORGE_KILLS") ?? KillPlan.OneOfEach, KillPlan.OneOfEach);
        var seed = Asked("STREAMFORGE_SEED") ?? Environment.TickCount;
        output.WriteLine($"seed {seed}, {kills} kills");
        var plan = KillPlan.Of(kills, new Random(seed));
        using var folder = new TempFolder();
        var file = CapturedMarket.CutAtWholeBook(Recording, "BTCUSDT", folder.Path);
        MarketAnswers clean;
        await using (var market = await FaultyMarket.Start([file], "binance-usdm", FaultPlan.None))
        {
            await market.Vouched(Deadline, Instrument);
            clean = await Read(market.Platform.Http);
        }

        var data = Path.Combine(folder.Path, "data");
        var speed = (60 / (kills * SecondsEach)).ToString(CultureInfo.InvariantCulture);
        using var exchange = new ChildProcess("exchange", "--replay", file, "--hold", "--speed", speed);
        var endpoint = new Uri(await exchange.Says(" at ", Deadline));
        using var venue = new HttpClient { BaseAddress = endpoint };
        await KillOne(plan.First, venue, data);
        await FirstTrade(venue, data);
        foreach (var kill in plan.Rest)
            await KillOne(kill, venue, data);
        await KillAtTheEnd(venue, data);

        using var last = Up(endpoint, data, new Dictionary<string, string>());
        using var client = await Connect(last);
        await Connected(venue, last);
        await TestPlatform.Vouched(client, DateTimeOffset.UtcNow, Deadline, Instrument);
        clean.AssertSame(await Read(client));
        await NothingIsAmiss(client);
    }

    private async Task KillOne(PlannedKill kill, HttpClient venue, string data)
    {
        if (kill.Aim is { } aim)
        {
            using var host = new ChildProcess("StreamForge.KillHost", Busy, Arguments(venue.BaseAddress!, data).Prepend(aim.ToString()));
            var where = await host.Says("killed: ", Deadline);
            output.WriteLine($"{await Sent(venue)} frames: {where}");
            Assert.Equal(Killed, await host.Exit(Deadline));
            return;
        }
        using var platform = Up(venue.BaseAddress!, data, Busy);
        await Connected(venue, platform);
        var until = await Sent(venue) + kill.Frames;
        await Eventually.HoldsAsync(async () => await Sent(venue) >= until || await HasEnded(venue), Deadline, $"the exchange has sent {until} frames");
        await platform.Kill();
        output.WriteLine($"{await Sent(venue)} frames: killed anywhere");
    }

    /// <summary>What came before the first trade that a platform ever kept, nobody can miss: the first of all is kept.</summary>
    private static async Task FirstTrade(HttpClient venue, string data)
    {
        using var platform = Up(venue.BaseAddress!, data, Busy);
        using var http = await Connect(platform);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await http.GetAsync($"/v1/instruments/{Instrument}/trades?limit=1");
                return answer.IsSuccessStatusCode
                    && (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("trades").GetArrayLength() > 0;
            },
            Deadline,
            "a trade is there");
        await platform.Kill();
    }

    /// <summary>What was on its way when all is sent comes from the exchange again, or never.</summary>
    private static async Task KillAtTheEnd(HttpClient venue, string data)
    {
        using var platform = Up(venue.BaseAddress!, data, Busy);
        await Connected(venue, platform);
        await Eventually.HoldsAsync(() => HasEnded(venue), TimeSpan.FromMinutes(2), "the recording has ended");
        await platform.Kill();
    }

    private async Task NothingIsAmiss(HttpClient client)
    {
        var status = await client.GetFromJsonAsync<JsonElement>("/v1/status");
        output.WriteLine($"{status.GetProperty("events")} {status.GetProperty("repairs")}");
        Assert.Equal(0, status.GetProperty("parked").GetArrayLength());
        Assert.Equal(0, status.GetProperty("deadLetters").GetInt64());
        var events = status.GetProperty("events");
        Assert.Equal(
            events.GetProperty("in").GetInt64(),
            new[] { "applied", "duplicate", "filtered", "superseded", "deadLettered" }.Sum(name => events.GetProperty(name).GetInt64()));
    }

    private static int? Asked(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var asked) ? asked : null;

    private static ChildProcess Up(Uri endpoint, string folder, Dictionary<string, string> settings) =>
        new("StreamForge.Standalone", settings, Arguments(endpoint, folder));

    // Of two partitions the second, which the instrument is in, goes to a second member.
    private static IEnumerable<string> Arguments(Uri endpoint, string folder) =>
    [
        "up", "--live", "binance-usdm", "--endpoint", endpoint.ToString(), "--symbols", "BTCUSDT", "--headless", "--data", folder, "--port", "0",
        "--partitions", "2",
    ];

    private static async Task<HttpClient> Connect(ChildProcess platform) =>
        new() { BaseAddress = new Uri(new Uri(await platform.Says("instruments  ", Deadline)), "/") };

    private static Task Connected(HttpClient venue, ChildProcess platform) => Eventually.HoldsAsync(
        async () => platform.HasExited || (await Status(venue)).GetProperty("connections").GetArrayLength() > 0,
        Deadline,
        "the connector is connected");

    private static async Task<long> Sent(HttpClient venue) => (await Playback(venue)).GetProperty("frames").GetInt64();

    private static async Task<bool> HasEnded(HttpClient venue) => (await Playback(venue)).GetProperty("state").GetString() == "ended";

    private static async Task<JsonElement> Playback(HttpClient venue) => (await Status(venue)).GetProperty("playback");

    private static Task<JsonElement> Status(HttpClient venue) => venue.GetFromJsonAsync<JsonElement>("/sim/status");

    private static Task<MarketAnswers> Read(HttpClient http) =>
        MarketAnswers.Read(http, Instrument, "2024-08-08T23:50:00Z", "2024-08-09T00:10:00Z");
}
