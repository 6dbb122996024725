using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>What an operator does to a platform that runs, as a process, and what stays of it after kill -9.</summary>
public sealed class OperatorTests
{
    private const string Instrument = "binance:SYM0001USDT";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_pause_holds_through_kill_9_and_ends_only_by_order()
    {
        using var folder = new TempFolder();
        var partition = 0;
        using (var first = Up(folder.Path))
        {
            using var http = await Connect(first);
            partition = (await Live(http)).GetProperty("provenance").GetProperty("partition").GetInt32();
            Assert.Equal("done", await Order(http, $"/v1/partitions/market.depth/{partition}/pause"));
            Assert.Equal("nothing-to-do", await Order(http, $"/v1/partitions/market.depth/{partition}/pause"));
            await IsHeld(http, partition);
            await first.Kill();
        }

        using var second = Up(folder.Path);
        using var client = await Connect(second);
        await IsHeld(client, partition);
        // What an operator holds does not make the platform unready.
        await Eventually.HoldsAsync(
            async () => (await client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK, Deadline, "it is ready");
        Assert.Contains(
            $"streamforge_partition_paused{{group=\"streamforge-instruments\",partition=\"{partition}\",topic=\"market.depth\"}} 1",
            await client.GetStringAsync("/metrics"), StringComparison.Ordinal);

        Assert.Equal("done", await Order(client, $"/v1/partitions/market.depth/{partition}/resume"));
        await Live(client);
        Assert.Equal("nothing-to-do", await Order(client, $"/v1/partitions/market.depth/{partition}/resume"));
        using var nowhere = await Post(client, "/v1/partitions/market.depth/99/pause");
        Assert.Equal(HttpStatusCode.NotFound, nowhere.StatusCode);
        second.Interrupt();
        Assert.Equal(0, await second.Exit(TimeSpan.FromSeconds(5)));
    }

    /// <summary>The partition stands still while others go on, and its instrument says so.</summary>
    private static async Task IsHeld(HttpClient http, int partition)
    {
        await Eventually.HoldsAsync(
            async () => await Partition(http, partition) is { } row && row.GetProperty("status").GetString() == "paused"
                && row.GetProperty("epoch").GetInt64() > 0
                && (await http.GetFromJsonAsync<JsonElement>($"/v1/instruments/{Instrument}/book")).GetProperty("freshness")
                    .GetProperty("status").GetString() == "stalled",
            Deadline, "the partition is held");
        var row = (await Partition(http, partition))!.Value;
        Assert.Equal("a test", row.GetProperty("paused").GetProperty("reason").GetString());
        Assert.Equal("operator@localhost", row.GetProperty("paused").GetProperty("by").GetString());
        var (from, lag) = (row.GetProperty("readPosition").GetInt64(), row.GetProperty("lag").GetInt64());
        var trades = await Events(http);
        await Eventually.HoldsAsync(async () => await Events(http) > trades + 20, Deadline, "other partitions go on");
        Assert.Equal(from, (await Partition(http, partition))!.Value.GetProperty("readPosition").GetInt64());
        Assert.True(lag >= 0);
    }

    private static async Task<JsonElement> Live(HttpClient http)
    {
        JsonElement view = default;
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await http.GetAsync($"/v1/instruments/{Instrument}/book");
                if (!answer.IsSuccessStatusCode)
                    return false;
                view = await answer.Content.ReadFromJsonAsync<JsonElement>();
                return view.GetProperty("freshness").GetProperty("status").GetString() == "live";
            },
            Deadline, "the book is live");
        return view;
    }

    private static async Task<JsonElement?> Partition(HttpClient http, int partition)
    {
        var page = await http.GetFromJsonAsync<JsonElement>("/v1/partitions?topic=market.depth");
        return page.GetProperty("items").EnumerateArray().Single(row => row.GetProperty("partition").GetInt32() == partition);
    }

    private static async Task<long> Events(HttpClient http) =>
        (await http.GetFromJsonAsync<JsonElement>("/v1/status")).GetProperty("events").GetProperty("in").GetInt64();

    private static async Task<string> Order(HttpClient http, string address)
    {
        using var answer = await Post(http, address);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("outcome").GetString()!;
    }

    private static Task<HttpResponseMessage> Post(HttpClient http, string address) =>
        http.PostAsJsonAsync(new Uri(address, UriKind.Relative), new { reason = "a test" });

    private static ChildProcess Up(string folder) => new(
        "up", "--headless", "--data", folder, "--port", "0", "--instruments", "2", "--rate", "400");

    /// <summary>With the token that the platform prints for operators.</summary>
    private static async Task<HttpClient> Connect(ChildProcess platform)
    {
        var http = new HttpClient { BaseAddress = new Uri(new Uri(await platform.Says("instruments  ", Deadline)), "/") };
        http.DefaultRequestHeaders.Authorization = new("Bearer", await platform.Says("  operator     ", Deadline));
        return http;
    }
}
