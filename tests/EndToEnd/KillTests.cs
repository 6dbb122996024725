using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.EndToEnd;

/// <summary>
/// kill -9 of the platform at random moments, while the exchange lives on in a process of its own. Twenty times with
/// STREAMFORGE_KILLS=20; a few as a rule.
/// </summary>
public class KillTests(ITestOutputHelper output)
{
    private const string Recording = "market/binance-usdm-btcusdt/cut-first-60s-all-streams.jsonl.gz";
    private const string Instrument = "binance-usdm:BTCUSDT";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task After_kills_at_random_moments_the_end_is_that_of_a_clean_run()
    {
        var kills = int.TryParse(Environment.GetEnvironmentVariable("STREAMFORGE_KILLS"), CultureInfo.InvariantCulture, out var asked) ? asked : 4;
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, {kills} kills");
        var random = new Random(seed);
        using var folder = new TempFolder();
        var file = CapturedMarket.CutAtWholeBook(Recording, "BTCUSDT", folder.Path);
        MarketAnswers clean;
        await using (var market = await FaultyMarket.Start([file], "binance-usdm", FaultPlan.None))
        {
            await market.Vouched(Deadline, Instrument);
            clean = await Read(market.Platform.Http);
        }

        var data = Path.Combine(folder.Path, "data");
        // Slow enough that the market is not over before the last kill.
        var speed = Math.Max(1, 60 / (kills * 1.5)).ToString(CultureInfo.InvariantCulture);
        using var exchange = new ChildProcess("exchange", "--replay", file, "--hold", "--speed", speed);
        var endpoint = new Uri(await exchange.Says(" at ", Deadline));
        using var venue = new HttpClient { BaseAddress = endpoint };
        for (var kill = 1; kill <= kills; kill++)
        {
            using var platform = Up(endpoint, data);
            using var http = await Connect(platform);
            await Connected(venue, platform);
            // The last one when all is sent: what was on its way then comes from the exchange, or never.
            if (kill == kills)
                await Played(venue);
            else
                await Task.Delay(random.Next(50, 1_500));
            await platform.Kill();
        }

        using var last = Up(endpoint, data);
        using var client = await Connect(last);
        await Connected(venue, last);
        await TestPlatform.Vouched(client, DateTimeOffset.UtcNow, Deadline, Instrument);
        Assert.Equal(clean, await Read(client));
        var status = await client.GetFromJsonAsync<JsonElement>("/v1/status");
        output.WriteLine($"{status.GetProperty("events")} {status.GetProperty("repairs")}");
        Assert.Equal(0, status.GetProperty("parked").GetArrayLength());
        Assert.Equal(0, status.GetProperty("deadLetters").GetInt64());
        var events = status.GetProperty("events");
        Assert.Equal(
            events.GetProperty("in").GetInt64(),
            new[] { "applied", "duplicate", "filtered", "superseded", "deadLettered" }.Sum(name => events.GetProperty(name).GetInt64()));
    }

    private static ChildProcess Up(Uri endpoint, string folder) => new(
        "up", "--live", "binance-usdm", "--endpoint", endpoint.ToString(), "--symbols", "BTCUSDT", "--headless", "--data", folder, "--port", "0");

    private static async Task<HttpClient> Connect(ChildProcess platform) =>
        new() { BaseAddress = new Uri(new Uri(await platform.Says("instruments  ", Deadline)), "/") };

    private static Task Connected(HttpClient venue, ChildProcess platform) => Eventually.HoldsAsync(
        async () => platform.HasExited || (await Status(venue)).GetProperty("connections").GetArrayLength() > 0,
        Deadline,
        "the connector is connected");

    private static Task Played(HttpClient venue) => Eventually.HoldsAsync(
        async () => (await Status(venue)).GetProperty("playback").GetProperty("state").GetString() == "ended",
        TimeSpan.FromMinutes(2),
        "the recording has ended");

    private static Task<JsonElement> Status(HttpClient venue) => venue.GetFromJsonAsync<JsonElement>("/sim/status");

    private static Task<MarketAnswers> Read(HttpClient http) =>
        MarketAnswers.Read(http, Instrument, "2024-08-08T23:50:00Z", "2024-08-09T00:10:00Z");
}
