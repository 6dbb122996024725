using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Playback;

namespace StreamForge.Tests.Sources.Exchange;

public sealed class PlaybackTests : IDisposable
{
    private static readonly HttpClient _http = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("playback").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_market_waits_for_all_that_is_expected_and_keeps_the_link_at_its_end()
    {
        await using var host = await Recorded.StartAsync(Recorded.AtFullSpeed(Capture(diffs: 50)));
        await using var early = await Subscriber.ConnectAsync(host, "ws/btcusdt@trade");
        await Deadline.Until(() => host.Status().Connections.Count == 1, "connected");
        Assert.Equal(PlaybackState.Waiting, host.Progress.State);
        Assert.Equal(["btcusdt@depth"], host.Progress.WaitingFor);

        await using var subscriber = await Subscriber.ConnectAsync(host, "ws/btcusdt@depth");
        await Deadline.Until(() => host.Progress.State == PlaybackState.Ended, "ended");
        for (var i = 0; i < 50; i++)
            Assert.Equal(101 + i, (await subscriber.NextJsonAsync()).GetProperty("u").GetInt64());
        Assert.Equal((100L, TimeSpan.Zero), (host.Progress.Frames, host.Progress.Remaining!.Value));
        await subscriber.SayAsync("""{"method":"LIST_SUBSCRIPTIONS","id":1}""");
        Assert.Equal(1, (await subscriber.NextJsonAsync()).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task A_market_that_holds_stands_still_while_its_subscriber_is_away()
    {
        // Slow enough that the subscriber leaves long before the end: 20,000 frames of one market second each.
        await using var host = await Recorded.StartAsync(new ExchangeOptions
        {
            Replay = [Capture(diffs: 10_000)],
            Playback = new PlaybackOptions { Speed = 1000, HoldWithoutSubscribers = true },
        });
        var first = await Subscriber.ConnectAsync(host, "stream?streams=btcusdt@depth/btcusdt@trade");
        await first.NextAsync();
        await first.DisposeAsync();
        await Deadline.Until(() => host.Progress.State == PlaybackState.Waiting, "stands still");
        var frames = host.Progress.Frames;
        Assert.InRange(frames, 1, 19_999);
        await using var second = await Subscriber.ConnectAsync(host, "stream?streams=btcusdt@depth/btcusdt@trade");
        await second.NextAsync();
        Assert.True(host.Progress.Frames > frames);
    }

    [Fact]
    public async Task Time_passes_at_the_speed_asked_for_and_stands_in_a_pause()
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var host = await Recorded.StartAsync(new ExchangeOptions
        {
            Replay = [Capture(diffs: 50)],
            Playback = new PlaybackOptions { Speed = 200, WaitForSubscribers = false },
        });
        await Deadline.Until(() => host.Progress.Frames > 3, "under way");
        await _http.PostAsync(new Uri(host.HttpEndpoint, "sim/pause"), null);
        Assert.Equal(PlaybackState.Paused, host.Progress.State);
        Assert.InRange(host.Progress.Remaining!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(99 / 200.0));
        var answer = await _http.PostAsync(new Uri(host.HttpEndpoint, "sim/resume"), null);
        Assert.Equal(100, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("totalFrames").GetInt32());
        await Deadline.Until(() => host.Progress.State == PlaybackState.Ended, "ended");

        // 99 market seconds: never in less than 99/200 s, less the coarseness of the pause.
        Assert.True(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(0.45));
    }

    [Fact]
    public async Task Raw_captures_are_wrapped_for_combined_streams()
    {
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(Capture(diffs: 2)));
        await using var combined = await Subscriber.ConnectAsync(host, "stream?streams=btcusdt@depth@100ms/btcusdt@trade");
        await using var raw = await Subscriber.ConnectAsync(host, "ws/btcusdt@depth");
        await host.AdvanceAsync(1, "depth");
        var message = await combined.NextJsonAsync();
        Assert.Equal("btcusdt@depth", message.GetProperty("stream").GetString());
        Assert.Equal((await raw.NextJsonAsync()).GetRawText(), message.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task A_hole_in_the_recording_itself_makes_the_book_unknown_until_it_is_snapshot_again()
    {
        var path = Path.Combine(_folder, "hole");
        await File.WriteAllLinesAsync(path,
        [
            """1000000000 {"lastUpdateId":100,"bids":[["9","1"]],"asks":[["11","1"]]}""",
            Diff(2, 101), Diff(3, 102), Diff(4, 110),
            """5000000000 {"lastUpdateId":112,"bids":[["9","5"]],"asks":[["11","1"]]}""",
            Diff(6, 111), Diff(7, 112), Diff(8, 113),
        ]);
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(path));
        await using var subscriber = await Subscriber.ConnectAsync(host, "ws/btcusdt@depth");
        var sequences = new List<long>();
        for (var i = 0; i <= 6; i++)
        {
            var book = await _http.GetFromJsonAsync<JsonElement>(new Uri(host.HttpEndpoint, "api/v3/depth?symbol=BTCUSDT"));
            sequences.Add(book.GetProperty("lastUpdateId").GetInt64());
            if (i < 6)
                await host.AdvanceAsync(1);
        }

        // After the hole the next recorded snapshot is brought forward until the stream has reached it.
        Assert.Equal([100, 101, 102, 112, 112, 112, 113], sequences);
    }

    [Fact]
    public async Task Misuse_is_answered_and_closing_is_mutual()
    {
        await using var host = await Recorded.StartAsync(Recorded.AtFullSpeed(Capture(diffs: 2)));
        Assert.Equal(409, (int)(await _http.PostAsync(new Uri(host.HttpEndpoint, "sim/advance?frames=1"), null)).StatusCode);
        Assert.Equal(400, (int)(await _http.PostAsync(new Uri(host.HttpEndpoint, "sim/advance?frames=0"), null)).StatusCode);
        Assert.Equal(426, (int)(await _http.GetAsync(new Uri(host.HttpEndpoint, "ws"))).StatusCode);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(host.WebSocketEndpoint, "ws"), Deadline.Token());
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Deadline.Token());
        Assert.Equal(WebSocketState.Closed, socket.State);
        await Deadline.Until(() => host.Status().Connections.Count == 0, "gone");
        await Assert.ThrowsAsync<IOException>(() => Recorded.StartAsync(new ExchangeOptions { Port = host.HttpEndpoint.Port }));
    }

    /// <summary>A raw spot capture: a diff and a trade, a second each.</summary>
    private string Capture(int diffs)
    {
        var path = Path.Combine(_folder, $"{diffs}");
        File.WriteAllLines(path, Enumerable.Range(0, diffs).SelectMany(i => new[]
        {
            Diff(2 * i + 1, 101 + i),
            $$"""{{2 * i + 2}}000000000 {"e":"trade","E":1,"s":"BTCUSDT","t":{{i + 1}},"p":"10","q":"1","T":1,"m":true,"M":true}""",
        }));
        return path;
    }

    private static string Diff(int second, int sequence) =>
        $$"""{{second}}000000000 {"e":"depthUpdate","E":1,"s":"BTCUSDT","U":{{sequence}},"u":{{sequence}},"b":[["9","{{sequence}}"]],"a":[]}""";
}
