using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Development;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Playback;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Kafka;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.EndToEnd;

/// <summary>The process over Kafka's protocol: librdkafka's mock cluster lives in this one.</summary>
public class KafkaTests
{
    private const string Recording = "market/binance-usdm-btcusdt/cut-first-60s-all-streams.jsonl.gz";
    private const string Instrument = "binance-usdm:BTCUSDT";
    private const int Frames = 3_030;
    // Raw, depth and trades, of as many partitions as the mock gives a topic.
    private const int Partitions = 3 * MockCluster.DefaultPartitions;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_recorded_market_is_live_over_Kafka_and_is_again_after_the_broker_was_away_and_after_a_restart()
    {
        Assert.SkipUnless(KafkaNative.IsAvailable(out var problem), problem);
        using var folder = new TempFolder();
        using var kafka = new MockCluster();
        await using var exchange = new ExchangeHost(
            new ExchangeOptions { Replay = [SharedData.Path(Recording)], Playback = new PlaybackOptions { LockStep = true } },
            TimeProvider.System,
            NullLoggerFactory.Instance);
        await exchange.StartAsync();
        using (var first = Up(exchange, folder.Path, kafka.BootstrapServers))
        {
            using var http = await Connect(first);
            await exchange.AdvanceAsync(Frames / 2);
            await TestPlatform.Vouched(http, DateTimeOffset.UtcNow, Deadline, Instrument);

            kafka.StopBroker();
            await Eventually.HoldsAsync(
                async () => (await Rows(http)).Count(row => row.GetProperty("stalled").GetBoolean()) == Partitions,
                Deadline,
                "every partition is shown as stalled");
            await Eventually.HoldsAsync(
                async () => (await http.GetFromJsonAsync<JsonElement>("/v1/instruments/" + Instrument))
                    .GetProperty("freshness").GetProperty("status").GetString() != "live",
                Deadline,
                "nobody vouches for the answers");
            Assert.False((await http.GetAsync("/health/ready")).IsSuccessStatusCode, "not ready while the broker is away");
            kafka.StartBroker();
            await exchange.AdvanceAsync(Frames - (Frames / 2));
            await TestPlatform.Vouched(http, DateTimeOffset.UtcNow, Deadline, Instrument);
            Assert.DoesNotContain(await Rows(http), row => row.GetProperty("stalled").GetBoolean());
            Assert.Single(first.Output, line => line.Contains("No broker at", StringComparison.Ordinal));

            first.Interrupt();
            Assert.Equal(0, await first.Exit(EndsWithin));
        }

        using var second = Up(exchange, folder.Path, kafka.BootstrapServers);
        using var client = await Connect(second);
        await TestPlatform.Vouched(client, DateTimeOffset.UtcNow, Deadline, Instrument);
        var status = await client.GetFromJsonAsync<JsonElement>("/v1/status");
        // The new connection's own questions, and nothing of the first run again.
        Assert.InRange(status.GetProperty("events").GetProperty("in").GetInt64(), 0, 50);
        kafka.StopBroker();
        second.Interrupt();
        // What is durable here is so without the broker; whether the last word reached it, nobody promises.
        Assert.Contains(await second.Exit(EndsWithin), new[] { 0, 3 });
    }

    [Fact]
    public async Task A_Kafka_that_is_not_there_is_one_clear_line()
    {
        Assert.SkipUnless(KafkaNative.IsAvailable(out var problem), problem);
        using var folder = new TempFolder();
        // Port 1 is nobody's.
        using var process = new ChildProcess(
            Settings, "up", "--headless", "--data", folder.Path, "--port", "0", "--kafka", "127.0.0.1:1");
        Assert.Equal(1, await process.Exit(Deadline));
        Assert.Contains("127.0.0.1:1", Assert.Single(process.Errors, line => line.Length > 0), StringComparison.Ordinal);
        Assert.True(process.Output.Count(line => line.Contains("Kafka", StringComparison.Ordinal)) <= 3, process.Text);
    }

    /// <summary>What the mock cluster needs, and a short session.</summary>
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["StreamForge__Kafka__TopicIds"] = "ByName",
        ["StreamForge__Kafka__CreateTopics"] = "false",
        ["StreamForge__Kafka__SessionTimeout"] = "00:00:02",
        ["StreamForge__Kafka__RequestTimeout"] = "00:00:03",
    };

    private static ChildProcess Up(ExchangeHost exchange, string folder, string kafka) => new(
        Settings,
        "up", "--live", "binance-usdm", "--endpoint", exchange.HttpEndpoint.ToString(), "--symbols", "BTCUSDT",
        "--headless", "--data", folder, "--port", "0", "--kafka", kafka);

    private static async Task<HttpClient> Connect(ChildProcess platform) =>
        new() { BaseAddress = new Uri(new Uri(await platform.Says("instruments  ", Deadline)), "/") };

    private static async Task<IReadOnlyList<JsonElement>> Rows(HttpClient http) =>
        [.. (await http.GetFromJsonAsync<JsonElement>("/v1/status")).GetProperty("partitions").EnumerateArray()];
}
