using System.Net.Http.Json;
using System.Text.Json;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>The generated market after kill -9 of the process that it lives in: the next <c>up</c> goes on where it stopped.</summary>
public sealed class GeneratedRestartTests
{
    private const string Instrument = "binance:SYM0001USDT";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task After_kills_the_market_goes_on_and_nothing_is_a_set_back()
    {
        using var folder = new TempFolder();
        var before = new Look(0, 0, 0);
        for (var run = 0; run < 3; run++)
        {
            using var platform = new ChildProcess(
                "up", "--headless", "--data", folder.Path, "--port", "0", "--instruments", "2", "--rate", "400");
            using var http = new HttpClient { BaseAddress = new Uri(new Uri(await platform.Says("instruments  ", Deadline)), "/") };
            var now = before;
            var last = "none";
            // Live, and some hundred events further than at the kill.
            await Eventually.HoldsAsync(
                async () =>
                {
                    using var answer = await http.GetAsync($"/v1/instruments/{Instrument}");
                    last = await answer.Content.ReadAsStringAsync();
                    if (!answer.IsSuccessStatusCode)
                        return false;
                    var view = JsonElement.Parse(last);
                    Assert.DoesNotContain("the source is at", last, StringComparison.Ordinal);
                    if (view.GetProperty("freshness").GetProperty("status").GetString() != "live")
                        return false;
                    if (await Read(http, view) is not { } look)
                        return false;
                    now = look;
                    return now.Sequence > before.Sequence + 300 && now.Trades > before.Trades + 50 && now.Newest > before.Newest;
                },
                Deadline,
                $"{Instrument} is live and goes on after {before}");
            // Ids have no holes: not one trade is missing in the candles, not even of those of the kill, and none counts twice.
            if (run > 0)
                Assert.Equal(now.Newest - before.Newest, now.Trades - before.Trades);
            var status = await http.GetFromJsonAsync<JsonElement>("/v1/status");
            Assert.Equal(0, status.GetProperty("deadLetters").GetInt64());
            before = now;
            await platform.Kill();
            Assert.DoesNotContain(platform.Output.Concat(platform.Errors), line => line.Contains("Another generated market", StringComparison.Ordinal));
            Assert.Equal(run > 0, platform.Output.Any(line => line.Contains("The generated market goes on after frame", StringComparison.Ordinal)));
        }
    }

    /// <returns>None where a trade came in between.</returns>
    private static async Task<Look?> Read(HttpClient http, JsonElement view)
    {
        var before = await Newest(http);
        var candles = await http.GetFromJsonAsync<JsonElement>($"/v1/instruments/{Instrument}/candles?interval=1m");
        return await Newest(http) == before
            ? new Look(
                view.GetProperty("bookFreshness").GetProperty("sequence").GetInt64(),
                candles.GetProperty("candles").EnumerateArray().Sum(candle => candle.GetProperty("count").GetInt64()),
                before)
            : null;
    }

    private static async Task<long> Newest(HttpClient http) =>
        (await http.GetFromJsonAsync<JsonElement>($"/v1/instruments/{Instrument}/trades?limit=1"))
            .GetProperty("trades")[0].GetProperty("tradeId").GetInt64();

    /// <param name="Sequence">Of the book.</param>
    /// <param name="Trades">Counted in all candles.</param>
    /// <param name="Newest">The id of the newest trade.</param>
    private sealed record Look(long Sequence, long Trades, long Newest);
}
