using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StreamForge.Grains.Market;
using StreamForge.Silo.Storage;
using StreamForge.Standalone.Hosting;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.EndToEnd;

/// <summary>Neither reads nor the applying of events wait for storage.</summary>
public class SlowStorageTests
{
    private const string Recording = "market/binance-usdm-btcusdt/cut-first-60s-all-streams.jsonl.gz";
    private const string Book = "/v1/instruments/binance-usdm:BTCUSDT/book";
    private const int Reads = 200;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Reads_are_answered_and_events_applied_while_a_write_is_held_open()
    {
        using var folder = new TempFolder();
        GatedStateStore? store = null;
        await using var platform = await TestPlatform.Start(
            TestPlatform.Replay(folder.Path, SharedData.Path(Recording)) with { LockStep = true },
            new PlatformSeams
            {
                Services = services =>
                {
                    var real = (IStateStore)services.Single(service => service.ServiceType == typeof(IStateStore)).ImplementationInstance!;
                    store = new GatedStateStore(real, InstrumentGrain.StateName);
                    services.AddSingleton<IStateStore>(store);
                },
            });
        await Eventually.Holds(() => platform.Exchange.Status().Connections.Count > 0, Deadline, "the connector is connected");
        var before = await Advance(platform, 200);
        store!.Close();
        var during = await Advance(platform, 100);
        await Eventually.Holds(() => store.Held > 0, Deadline, "a write stands at the gate");
        for (var i = 0; i < Reads; i++)
        {
            var freshness = (await platform.Get(Book)).GetProperty("freshness");
            Assert.Equal(during, freshness.GetProperty("sequence").GetInt64());
            Assert.InRange(freshness.GetProperty("watermark").GetDateTimeOffset(), DateTimeOffset.MinValue, DateTimeOffset.UtcNow);
        }
        Assert.True(store.Held > 0, "the write was not held for as long as the reads took");
        // What is not durable does not count as durable.
        Assert.InRange(await LowWater(platform), 0, await LogEnd(platform) - 1);
        store.Open();
        await Eventually.HoldsAsync(
            async () => await LowWater(platform) == await LogEnd(platform), Deadline, "all is durable once the write went through");
        Assert.True(during > before);
    }

    /// <summary>Lets diffs out and waits until the last of them is in the answers.</summary>
    private static async Task<long> Advance(TestPlatform platform, int diffs)
    {
        var step = await platform.Exchange.AdvanceAsync(diffs, "depth");
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await platform.Http.GetAsync(Book);
                if (!answer.IsSuccessStatusCode)
                    return false;
                using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
                var freshness = json.RootElement.GetProperty("freshness");
                return freshness.GetProperty("sequence").GetInt64() == step.Sequence
                    && freshness.GetProperty("watermark").ValueKind != JsonValueKind.Null;
            },
            Deadline,
            $"the book is at {step.Sequence}");
        return step.Sequence;
    }

    private static Task<long> LowWater(TestPlatform platform) => SumOfDepth(platform, "lowWater");

    private static Task<long> LogEnd(TestPlatform platform) => SumOfDepth(platform, "logEnd");

    private static async Task<long> SumOfDepth(TestPlatform platform, string property) =>
        (await platform.Status()).GetProperty("partitions").EnumerateArray()
        .Where(partition => partition.GetProperty("topic").GetString() == "market.depth")
        .Sum(partition => partition.GetProperty(property).GetInt64());
}
