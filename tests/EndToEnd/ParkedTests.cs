using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Silo.Files;
using StreamForge.Silo.Integrity;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;
using StreamForge.Standalone.Commands;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>A key that a defect parked, and the operator who lets it go on, over the real pipeline.</summary>
public sealed class ParkedTests
{
    private const string Group = "streamforge-instruments";
    private const string Instrument = "binance:SYM0001USDT";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task An_unparked_key_is_read_again_from_where_it_was_parked_and_who_ordered_it_is_kept()
    {
        using var folder = new TempFolder();
        int partition;
        await using (var first = await TestPlatform.Start(Generated(folder.Path)))
        {
            await first.Live($"/v1/instruments/{Instrument}/book", DateTimeOffset.MinValue, Deadline);
            partition = (await first.Get($"/v1/instruments/{Instrument}/book")).GetProperty("provenance").GetProperty("partition").GetInt32();
        }
        var from = await Park(folder.Path, partition);

        await using var platform = await TestPlatform.Start(Generated(folder.Path));
        await Eventually.HoldsAsync(async () => await StatusOf(platform) == "parked", Deadline, "the book is parked");
        var parked = Assert.Single((await platform.Get("/v1/parked")).GetProperty("items").EnumerateArray());
        Assert.Equal(
            (Instrument, partition, from, "a defect"),
            (parked.GetProperty("key").GetString(), parked.GetProperty("partition").GetInt32(), parked.GetProperty("fromOffset").GetInt64(),
                parked.GetProperty("reason").GetString()));
        var address = $"/v1/parked/market.depth/{partition}/{Uri.EscapeDataString(Instrument)}/unpark";

        // Held by an operator it cannot go on.
        Assert.Equal(HttpStatusCode.OK, await Order(platform, $"/v1/partitions/market.depth/{partition}/pause"));
        await Eventually.HoldsAsync(async () => await Order(platform, address) == HttpStatusCode.Conflict, Deadline, "it is refused");
        Assert.Equal(HttpStatusCode.OK, await Order(platform, $"/v1/partitions/market.depth/{partition}/resume"));

        await Eventually.HoldsAsync(
            async () => await Order(platform, address) is HttpStatusCode.OK or HttpStatusCode.Accepted, Deadline, "it is unparked");
        await platform.Live($"/v1/instruments/{Instrument}/book", DateTimeOffset.UtcNow, Deadline);
        await Eventually.HoldsAsync(
            async () => (await platform.Get("/v1/parked")).GetProperty("total").GetInt32() == 0, Deadline, "nothing is parked");
        // Nothing was asked of the source for it: what was parked stood in the log.
        Assert.Equal(0, (await platform.Status()).GetProperty("openGaps").GetInt32());
        Assert.Equal(HttpStatusCode.OK, await Order(platform, address));
        Assert.Equal(HttpStatusCode.NotFound, await Order(platform, "/v1/parked/market.depth/99/any/unpark"));
        await OrdersAreKept(platform, $"market.depth/{partition}");
    }

    private static async Task OrdersAreKept(TestPlatform platform, string partition)
    {
        var actions = (await platform.Get("/v1/operator-actions")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(("unpark", "nothing-to-do"), WhatBecame(actions[0]));
        Assert.Equal(("pause", "done"), WhatBecame(actions[^1]));
        Assert.Contains(("unpark", "refused"), actions.Select(WhatBecame));
        Assert.All(actions, action =>
        {
            Assert.StartsWith(partition, action.GetProperty("target").GetString(), StringComparison.Ordinal);
            // The subject of the token that the test has.
            Assert.Equal("tests", action.GetProperty("by").GetString());
            Assert.Equal("a test", action.GetProperty("reason").GetString());
            Assert.True(action.GetProperty("endedAt").GetDateTimeOffset() >= action.GetProperty("at").GetDateTimeOffset());
        });
        Assert.Equal(Enumerable.Range(1, actions.Count).Reverse(), actions.Select(action => action.GetProperty("number").GetInt32()));
    }

    private static (string?, string?) WhatBecame(JsonElement action) =>
        (action.GetProperty("what").GetString(), action.GetProperty("outcome").GetString());

    /// <summary>As a pump parks it whose grain throws, while the platform is down.</summary>
    private static async Task<long> Park(string folder, int partition)
    {
        using var disk = new DiskFileSystem(Path.Combine(folder, "partitions"));
        await using var rows = await FileStateStore.Open(disk, new FileStateStoreOptions(), TimeProvider.System, NullLogger.Instance);
        var store = new FilePartitionStore(rows, TimeProvider.System, new RandomIdSource());
        var row = (await store.List(Group, CancellationToken.None)).Single(
            row => row.Key.Topic == "market.depth" && row.Key.Partition == partition);
        Assert.True(await store.Park(
            row.Key, row.Epoch, new ParkedRow(Instrument, row.LowWater, "a defect", DateTimeOffset.UtcNow), CancellationToken.None));
        return row.LowWater;
    }

    private static async Task<string?> StatusOf(TestPlatform platform)
    {
        using var answer = await platform.Http.GetAsync($"/v1/instruments/{Instrument}/book");
        return answer.IsSuccessStatusCode
            ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("freshness").GetProperty("status").GetString()
            : null;
    }

    private static async Task<HttpStatusCode> Order(TestPlatform platform, string address)
    {
        using var answer = await platform.Http.PostAsJsonAsync(new Uri(address, UriKind.Relative), new { reason = "a test" });
        return answer.StatusCode;
    }

    private static UpOptions Generated(string folder) => TestPlatform.Replay(folder) with { Instruments = 2, Rate = 200 };
}
