using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Playback;
using StreamForge.Sources.Recordings;

namespace StreamForge.Tests.Sources.Exchange;

public sealed class BinanceReplayTests
{
    private static readonly HttpClient _http = new();

    [Fact]
    public async Task Every_recorded_frame_arrives_as_its_recorded_bytes()
    {
        await using var host = await Recorded.StartAsync(Recorded.AtFullSpeed(Recorded.Usdm));
        await using var subscriber = await Subscriber.ConnectAsync(
            host, "stream?streams=btcusdt@depth@0ms/btcusdt@trade/btcusdt@bookTicker");
        foreach (var line in new Recording([Recorded.Usdm]).Read(new BadLines()))
        {
            if (line.Payload.Span.StartsWith("{\"lastUpdateId"u8))
                continue;
            var received = await subscriber.NextAsync();
            Assert.True(line.Payload.Span.SequenceEqual(received), $"line {line.Line}");
        }

        await Deadline.Until(() => host.Progress.State == PlaybackState.Ended, "ended");
        Assert.Equal((93_953, 93_953), (host.Progress.Frames, host.Progress.TotalFrames!.Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_snapshot_at_any_point_is_the_book_of_that_point(bool usdm)
    {
        var files = usdm ? Recorded.UsdmMinute : Recorded.Spot;
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(files));
        var stream = usdm ? "btcusdt@depth@0ms" : "btcusdt@depth@100ms";
        await using var subscriber = await Subscriber.ConnectAsync(host, $"stream?streams={stream}/btcusdt@trade");
        var bests = BestsByUpdate(files);
        var checkedPoints = 0;
        for (var point = 0; point < 40; point++)
        {
            var result = await host.AdvanceAsync(point < 20 ? 1 : 30, "depth");
            var snapshot = await GetAsync(host, $"{Path(usdm)}/depth?symbol=BTCUSDT&limit=5000");
            var sequence = snapshot.GetProperty("lastUpdateId").GetInt64();
            if (sequence != result.Sequence)
            {
                Assert.True(sequence > result.Sequence, "only the recorded snapshot is ahead of the stream");
                continue;
            }

            checkedPoints++;
            var best = bests.Last(b => b.Update <= sequence);
            Assert.Equal((best.Bid, best.BidSize), Level(snapshot, "bids"));
            Assert.Equal((best.Ask, best.AskSize), Level(snapshot, "asks"));
        }

        Assert.True(checkedPoints >= 30, $"only {checkedPoints} points");
    }

    [Fact]
    public async Task The_recorded_snapshot_is_brought_forward_and_bridges_for_every_symbol()
    {
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(Recorded.Family));
        Assert.Equal(["AKROUSDT", "CTKUSDT", "KEEPUSDT", "SUSHIUSDT"], host.Symbols);
        var names = string.Join('/', host.Streams.Select(stream => stream.Name));
        await using var subscriber = await Subscriber.ConnectAsync(host, $"stream?streams={names}");
        var snapshots = new Dictionary<string, long>();
        foreach (var symbol in host.Symbols)
            snapshots[symbol] = (await GetAsync(host, $"fapi/v1/depth?symbol={symbol}&limit=1000")).GetProperty("lastUpdateId").GetInt64();

        var end = await host.AdvanceAsync(long.MaxValue);
        Assert.Equal((1535L, true), (end.Advanced, end.Ended));
        var bridged = new HashSet<string>();
        for (var i = 0; i < 1535; i++)
        {
            var data = (await subscriber.NextJsonAsync()).GetProperty("data");
            if (data.GetProperty("e").GetString() != "depthUpdate")
                continue;
            var symbol = data.GetProperty("s").GetString()!;
            if (data.GetProperty("U").GetInt64() <= snapshots[symbol] && snapshots[symbol] <= data.GetProperty("u").GetInt64())
                bridged.Add(symbol);
        }

        Assert.Equal(4, bridged.Count);
    }

    [Fact]
    public async Task Only_streams_asked_for_are_served_whatever_their_speed()
    {
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(Recorded.Spot) with
        {
            Playback = new PlaybackOptions { LockStep = true, ExpectedStreams = ["btcusdt@trade"] },
        });
        await using var subscriber = await Subscriber.ConnectAsync(host, "ws");
        await subscriber.SayAsync("""{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":7}""");
        Assert.Equal("""{"result":null,"id":7}""", (await subscriber.NextJsonAsync()).GetRawText());
        await host.AdvanceAsync(5, "trade");
        for (var i = 0; i < 5; i++)
            Assert.Equal("trade", (await subscriber.NextJsonAsync()).GetProperty("e").GetString());

        await subscriber.SayAsync("""{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":8}""");
        Assert.Equal("""{"result":null,"id":8}""", (await subscriber.NextJsonAsync()).GetRawText());
        await subscriber.SayAsync("""{"method":"SUBSCRIBE","params":["btcusdt@depth"],"id":"nine"}""");
        Assert.Equal("""{"result":null,"id":"nine"}""", (await subscriber.NextJsonAsync()).GetRawText());
        await host.AdvanceAsync(2, "depth");
        for (var i = 0; i < 2; i++)
            Assert.Equal("depthUpdate", (await subscriber.NextJsonAsync()).GetProperty("e").GetString());
        await subscriber.SayAsync("""{"method":"LIST_SUBSCRIPTIONS","id":10}""");
        Assert.Equal("""{"result":["btcusdt@depth"],"id":10}""", (await subscriber.NextJsonAsync()).GetRawText());
        await subscriber.SayAsync("nonsense");
        Assert.Equal(3, (await subscriber.NextJsonAsync()).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Trades_are_served_by_id_up_to_the_present_point_only()
    {
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(Recorded.UsdmMinute));
        await using var subscriber = await Subscriber.ConnectAsync(host, "stream?streams=btcusdt@depth/btcusdt@trade");
        var last = (await host.AdvanceAsync(1200, "trade")).Sequence;
        var first = last - 1199;
        var page = await GetAsync(host, $"fapi/v1/historicalTrades?symbol=BTCUSDT&fromId={first + 10}&limit=1000");
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => first + 10 + i), page.EnumerateArray().Select(t => t.GetProperty("id").GetInt64()));
        var tail = await GetAsync(host, $"fapi/v1/historicalTrades?symbol=BTCUSDT&fromId={last - 2}&limit=1000");
        Assert.Equal(3, tail.GetArrayLength());
        var trade = tail[2];
        Assert.Equal(
            decimal.Parse(trade.GetProperty("price").GetString()!) * decimal.Parse(trade.GetProperty("qty").GetString()!),
            decimal.Parse(trade.GetProperty("quoteQty").GetString()!));
        var newest = await GetAsync(host, "fapi/v1/trades?symbol=BTCUSDT&limit=4");
        Assert.Equal(last, newest[3].GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task Wrong_requests_get_the_venue_s_errors_and_all_are_counted()
    {
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(Recorded.Spot));
        Assert.Equal(-1121, await ErrorAsync(host, "api/v3/depth?symbol=NOPE"));
        Assert.Equal(-1102, await ErrorAsync(host, "api/v3/depth"));
        Assert.Equal(-1130, await ErrorAsync(host, "api/v3/depth?symbol=BTCUSDT&limit=0"));
        Assert.Equal(-1121, await ErrorAsync(host, "api/v3/aggTrades?symbol=NOPE"));
        Assert.Equal("BTCUSDT", (await GetAsync(host, "api/v3/exchangeInfo")).GetProperty("symbols")[0].GetProperty("symbol").GetString());
        var status = await GetAsync(host, "sim/status");
        Assert.Equal("binance", status.GetProperty("venue").GetString());
        Assert.Equal(5, status.GetProperty("rest").GetProperty("total").GetInt64());
        Assert.Equal(3, status.GetProperty("rest").GetProperty("byKind").GetProperty("depth").GetInt64());
        Assert.Equal(1, status.GetProperty("rest").GetProperty("maxConcurrent").GetInt32());
        Assert.Equal("waiting", status.GetProperty("playback").GetProperty("state").GetString());
        Assert.Equal(2, status.GetProperty("playback").GetProperty("waitingFor").GetArrayLength());
    }

    [Fact]
    public async Task Too_many_requests_at_once_are_refused_and_counted()
    {
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(Recorded.Spot) with
        {
            MaxConcurrentRequests = 2,
            RestLatency = TimeSpan.FromMilliseconds(200),
        });
        var url = new Uri(host.HttpEndpoint, "api/v3/depth?symbol=BTCUSDT");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _http.GetAsync(url)));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        Assert.True(host.Status().Rest.MaxConcurrent > 2);
    }

    private static string Path(bool usdm) => usdm ? "fapi/v1" : "api/v3";

    private static async Task<JsonElement> GetAsync(ExchangeHost host, string path) =>
        await _http.GetFromJsonAsync<JsonElement>(new Uri(host.HttpEndpoint, path));

    private static async Task<int> ErrorAsync(ExchangeHost host, string path)
    {
        var answer = await _http.GetAsync(new Uri(host.HttpEndpoint, path));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetInt32();
    }

    private static (decimal, decimal) Level(JsonElement book, string side) =>
        (decimal.Parse(book.GetProperty(side)[0][0].GetString()!), decimal.Parse(book.GetProperty(side)[0][1].GetString()!));

    /// <summary>The venue's own best bid and ask by update id: the oracle of the recording.</summary>
    private static List<(long Update, decimal Bid, decimal BidSize, decimal Ask, decimal AskSize)> BestsByUpdate(string file)
    {
        var bests = new List<(long, decimal, decimal, decimal, decimal)>();
        foreach (var line in new Recording([file]).Read(new BadLines()))
        {
            if (line.Payload.Span.IndexOf("@bookTicker\""u8) < 0)
                continue;
            using var json = JsonDocument.Parse(line.Payload);
            var data = json.RootElement.GetProperty("data");
            bests.Add((data.GetProperty("u").GetInt64(), Number("b"), Number("B"), Number("a"), Number("A")));

            decimal Number(string name) => decimal.Parse(data.GetProperty(name).GetString()!);
        }

        return bests;
    }
}
