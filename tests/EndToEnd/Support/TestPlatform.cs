using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StreamForge.Sources.Exchange;
using StreamForge.Standalone.Commands;
using StreamForge.Standalone.Hosting;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd.Support;

/// <summary>
/// The whole platform in this process, in a folder of its own on ports of its own: WebSocket in, HTTP out, nothing in between
/// replaced.
/// </summary>
internal sealed class TestPlatform : IAsyncDisposable
{
    private TestPlatform(PlatformHost host)
    {
        Host = host;
        Http = new HttpClient { BaseAddress = host.Api, Timeout = TimeSpan.FromSeconds(30) };
    }

    public PlatformHost Host { get; }

    public HttpClient Http { get; }

    public ExchangeHost Exchange => Host.Exchange ?? throw new InvalidOperationException("The exchange is another process.");

    public static UpOptions Replay(string folder, params string[] files) => new()
    {
        Port = 0,
        DataFolder = folder,
        Seed = 1,
        Headless = false,
        Replay = files,
        Speed = double.PositiveInfinity,
        Symbols = [],
        Instruments = 1,
        Rate = 1,
    };

    public static async Task<TestPlatform> Start(UpOptions options, PlatformSeams? seams = null)
    {
        var host = await PlatformHost.Create(options, seams ?? PlatformSeams.None, CancellationToken.None);
        try
        {
            await host.Start(CancellationToken.None);
            return new TestPlatform(host);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>A platform that reads an exchange of somebody else's as it would read the venue.</summary>
    public static UpOptions Live(string folder, string venue, Uri endpoint, params IReadOnlyList<string> symbols) => Replay(folder) with
    {
        Live = venue,
        Endpoint = endpoint,
        Symbols = symbols,
    };

    public Task<JsonElement> Get(string path) => Http.GetFromJsonAsync<JsonElement>(path);

    public Task<JsonElement> Status() => Get("/v1/status");

    /// <summary>Returns when the recording is played to its end, nothing lags and no gap is open.</summary>
    public async Task PlayedAndCaughtUp(TimeSpan deadline)
    {
        await PlayedAndCaughtUp(Exchange, deadline);
    }

    /// <inheritdoc cref="PlayedAndCaughtUp(TimeSpan)"/>
    public async Task PlayedAndCaughtUp(ExchangeHost exchange, TimeSpan deadline)
    {
        await Eventually.Holds(
            () => exchange.Progress.State == Sources.Exchange.Playback.PlaybackState.Ended, deadline, "the recording has ended");
        await CaughtUp(deadline);
    }

    /// <summary>Returns when every raw frame that was appended has become an answer: three looks in a row find nothing to do.</summary>
    public async Task CaughtUp(TimeSpan deadline)
    {
        var (quiet, last) = (0, -1L);
        await Eventually.HoldsAsync(
            async () =>
            {
                var status = await Status();
                var lag = status.GetProperty("partitions").EnumerateArray().Sum(partition => partition.GetProperty("lag").GetInt64());
                var seen = status.GetProperty("events").GetProperty("in").GetInt64();
                quiet = lag == 0 && status.GetProperty("openGaps").GetInt32() == 0 && seen == last ? quiet + 1 : 0;
                last = seen;
                return quiet >= 20;
            },
            deadline,
            "everything is applied and no gap is open");
    }

    /// <summary>Returns when an answer says that it is live: the connector's word of the last second has arrived.</summary>
    public async Task<JsonElement> Live(string path, TimeSpan deadline)
    {
        var answer = default(JsonElement);
        await Eventually.HoldsAsync(
            async () =>
            {
                answer = await Get(path);
                return answer.GetProperty("freshness").GetProperty("status").GetString() == "live";
            },
            deadline,
            $"{path} is live");
        return answer;
    }

    /// <inheritdoc cref="Vouched(HttpClient, DateTimeOffset, TimeSpan, IReadOnlyList{string})"/>
    public Task Vouched(DateTimeOffset after, TimeSpan deadline, params IReadOnlyList<string> instruments) =>
        Vouched(Http, after, deadline, instruments);

    /// <summary>
    /// Returns when the platform itself vouches that all that the source published up to <paramref name="after"/> is in its
    /// answers: whoever compares them then puts that word to the proof.
    /// </summary>
    public static async Task Vouched(
        HttpClient http, DateTimeOffset after, TimeSpan deadline, params IReadOnlyList<string> instruments)
    {
        foreach (var instrument in instruments)
        {
            var last = "none";
            try
            {
                await Eventually.HoldsAsync(
                    async () =>
                    {
                        using var answer = await http.GetAsync($"/v1/instruments/{instrument}");
                        last = await answer.Content.ReadAsStringAsync();
                        if (!answer.IsSuccessStatusCode)
                            return false;
                        using var json = JsonDocument.Parse(last);
                        var freshness = json.RootElement.GetProperty("freshness");
                        return freshness.GetProperty("status").GetString() == "live"
                            && freshness.GetProperty("watermark").GetDateTimeOffset() > after;
                    },
                    deadline,
                    $"{instrument} is live through {after:O}");
            }
            catch (TimeoutException late)
            {
                throw new TimeoutException($"{late.Message} Its last answer: {last}", late);
            }
        }
    }

    /// <summary>The server-sent events of an instrument from now on: the stream is open when this returns.</summary>
    public async Task<IAsyncEnumerator<SseItem<JsonElement>>> Stream(string instrument, CancellationToken cancellation)
    {
        var body = await Http.GetStreamAsync($"/v1/instruments/{instrument}/stream", cancellation);
        return SseParser.Create(body, (_, data) => JsonElement.Parse(data)).EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
    }
}
