using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StreamForge.ClientApi.Requests;
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
        if (host.Development?.Token("tests", ApiScope.Operator, DateTimeOffset.UtcNow, TimeSpan.FromHours(1)) is { } token)
            Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
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

    /// <summary>Returns a moment after the recording has ended.</summary>
    public async Task<DateTimeOffset> Played(TimeSpan deadline)
    {
        await Eventually.Holds(
            () => Exchange.Progress.State == Sources.Exchange.Playback.PlaybackState.Ended, deadline, "the recording has ended");
        return DateTimeOffset.UtcNow;
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
            await Live(http, $"/v1/instruments/{instrument}", after, deadline);
    }

    /// <inheritdoc cref="Live(HttpClient, string, DateTimeOffset, TimeSpan)"/>
    public Task<JsonElement> Live(string path, DateTimeOffset after, TimeSpan deadline) => Live(Http, path, after, deadline);

    /// <summary>The first answer that says that it is live through <paramref name="after"/>.</summary>
    private static async Task<JsonElement> Live(HttpClient http, string path, DateTimeOffset after, TimeSpan deadline)
    {
        var last = "none";
        try
        {
            await Eventually.HoldsAsync(
                async () =>
                {
                    using var answer = await http.GetAsync(path);
                    last = await answer.Content.ReadAsStringAsync();
                    if (!answer.IsSuccessStatusCode)
                        return false;
                    var freshness = JsonElement.Parse(last).GetProperty("freshness");
                    return freshness.GetProperty("status").GetString() == "live"
                        && freshness.GetProperty("watermark").GetDateTimeOffset() > after;
                },
                deadline,
                $"{path} is live through {after:O}");
            return JsonElement.Parse(last);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} Its last answer: {last}", late);
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
