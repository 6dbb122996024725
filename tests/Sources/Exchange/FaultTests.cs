using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Sources.Exchange.Playback;
using StreamForge.Sources.Recordings;

namespace StreamForge.Tests.Sources.Exchange;

public sealed class FaultTests
{
    private static readonly HttpClient _http = new();

    [Theory]
    [InlineData("drop:p=0.1,stream=depth")]
    [InlineData("duplicate:p=0.1,stream=depth")]
    [InlineData("reorder:p=0.1,stream=depth,distance=3")]
    [InlineData("malformed-insert:p=0.1,stream=depth")]
    [InlineData("malformedReplace:p=0.1,stream=depth,times=7")]
    public async Task Every_injected_fault_is_as_the_journal_says_and_no_other(string rule)
    {
        var (received, journal) = await PlayAsync(rule);
        Assert.NotEmpty(journal);
        Assert.Equal(journal.Select(e => (e.Kind, e.Last, e.Frame)), (await PlayAsync(rule)).Journal.Select(e => (e.Kind, e.Last, e.Frame)));
        var kind = FaultRule.Parse(rule).Kind;
        var hit = journal.Select(entry => entry.Last).ToHashSet();
        Assert.All(journal, entry => Assert.Equal((kind, "BTCUSDT", "btcusdt@depth"), (entry.Kind, entry.Symbol, entry.Stream)));

        var clean = CleanSequences(300);
        var whole = received.Where(message => message is not null).Select(message => message!.Value).ToList();
        var broken = received.Count - whole.Count;
        switch (kind)
        {
            case FaultKind.Drop:
                Assert.Equal(clean.Where(sequence => !hit.Contains(sequence)), whole);
                break;
            case FaultKind.Duplicate:
                Assert.Equal(clean.SelectMany(sequence => hit.Contains(sequence) ? [sequence, sequence] : new[] { sequence }), whole);
                break;
            case FaultKind.Reorder:
                Assert.NotEqual(clean, whole);
                Assert.Equal(clean, whole.Order());
                Assert.All(hit, late => Assert.True(whole.IndexOf(late) >= clean.IndexOf(late)));
                break;
            case FaultKind.MalformedInsert:
                Assert.Equal(clean, whole);
                Assert.Equal(journal.Count, broken);
                break;
            default:
                Assert.Equal(7, journal.Count);
                Assert.Equal(clean.Where(sequence => !hit.Contains(sequence)), whole);
                Assert.Equal(7, broken);
                break;
        }
    }

    [Fact]
    public async Task A_disconnect_cuts_the_link_and_a_new_one_goes_on()
    {
        await using var host = await StartAsync("disconnect:at=3,stream=trade");
        await using var first = await Subscriber.ConnectAsync(host, "stream?streams=btcusdt@trade");
        await host.AdvanceAsync(3, "trade");
        await Assert.ThrowsAsync<WebSocketException>(async () =>
        {
            while (true)
                await first.NextAsync();
        });
        await Deadline.Until(() => host.Status().Connections.Count == 0, "the connection is gone");
        await using var second = await Subscriber.ConnectAsync(host, "stream?streams=btcusdt@trade");
        var advanced = await host.AdvanceAsync(1, "trade");
        var trade = (await second.NextJsonAsync()).GetProperty("data");
        Assert.Equal(advanced.Sequence, trade.GetProperty("t").GetInt64());
        Assert.Equal(2, host.Status().ConnectionsAccepted);
    }

    [Fact]
    public async Task A_silent_link_stays_open_but_says_nothing_and_answers_no_ping()
    {
        await using var host = await StartAsync("silence:at=5,stream=trade,duration=3600");
        using var pinging = new ClientWebSocket();
        pinging.Options.KeepAliveInterval = TimeSpan.FromMilliseconds(50);
        pinging.Options.KeepAliveTimeout = TimeSpan.FromMilliseconds(500);
        await pinging.ConnectAsync(new Uri(host.WebSocketEndpoint, "stream?streams=btcusdt@trade"), Deadline.Token());
        await using var plain = await Subscriber.ConnectAsync(host, "stream?streams=btcusdt@trade");
        // Read before the silence begins: what still waits in the queue by then is gone too.
        await host.AdvanceAsync(4, "trade");
        for (var i = 0; i < 4; i++)
            await plain.NextAsync();
        await host.AdvanceAsync(26, "trade");
        var nothing = plain.NextAsync();

        // The pinging client finds out by itself; the plain one would wait for ever.
        var buffer = new byte[4096];
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (true)
                await pinging.ReceiveAsync(buffer.AsMemory(), Deadline.Token());
        });
        Assert.Equal(WebSocketState.Aborted, pinging.State);
        Assert.False(nothing.IsCompleted);
        Assert.Single(host.FaultJournal.Entries);
    }

    [Fact]
    public async Task Pings_are_answered_and_sent_while_the_link_is_well()
    {
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(Recorded.UsdmMinute) with { PingInterval = TimeSpan.FromMilliseconds(30) });
        using var raw = new System.Net.Sockets.TcpClient();
        await raw.ConnectAsync(IPAddress.Loopback, host.HttpEndpoint.Port);
        await using var stream = raw.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "GET /ws/btcusdt@trade HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        var received = new List<byte>();
        var buffer = new byte[1024];
        while (!Encoding.ASCII.GetString([.. received]).Contains("\r\n\r\n", StringComparison.Ordinal))
            received.AddRange(buffer[..await stream.ReadAsync(buffer, Deadline.Token())]);
        Assert.Contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", Encoding.ASCII.GetString([.. received]), StringComparison.Ordinal);

        // An empty masked ping from here, and pings from there.
        await stream.WriteAsync(new byte[] { 0x89, 0x80, 1, 2, 3, 4 });
        received.Clear();
        while (!(Has(0x89) && Has(0x8A)))
            received.AddRange(buffer[..await stream.ReadAsync(buffer, Deadline.Token())]);

        bool Has(byte opcode) => received.Contains(opcode);
    }

    [Fact]
    public async Task Snapshots_and_trades_fail_as_planned()
    {
        await using var host = await StartAsync(
            "failingSnapshot:at=2,status=429", "failingSnapshot:at=3,status=500", "failingSnapshot:at=4,status=0,duration=0.05",
            "staleSnapshot:at=4", "slowSnapshot:at=6,duration=0.3", "failingTrades:at=1,status=503");
        await using var subscriber = await Subscriber.ConnectAsync(host, "stream?streams=btcusdt@depth/btcusdt@trade");
        await host.AdvanceAsync(20, "depth");
        var url = new Uri(host.HttpEndpoint, "fapi/v1/depth?symbol=BTCUSDT&limit=1000");
        var first = await SequenceAsync(url);
        await host.AdvanceAsync(1, "depth");
        var refused = await _http.GetAsync(url);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        Assert.Equal(HttpStatusCode.InternalServerError, (await _http.GetAsync(url)).StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetAsync(url));
        Assert.Equal(first, await SequenceAsync(url));
        Assert.True(await SequenceAsync(url) > first);
        Assert.True(await SequenceAsync(url) > first);

        var trades = new Uri(host.HttpEndpoint, "fapi/v1/historicalTrades?symbol=BTCUSDT&fromId=5266583935");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _http.GetAsync(trades)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(trades)).StatusCode);
        var counts = host.Status().Faults;
        Assert.Equal((3, 1, 1, 1), (counts.ByKind["failingSnapshot"], counts.ByKind["staleSnapshot"], counts.ByKind["slowSnapshot"], counts.ByKind["failingTrades"]));
        Assert.Equal(counts.Total, counts.BySymbol["BTCUSDT"].Values.Sum());
    }

    [Fact]
    public async Task Faults_are_set_and_cleared_at_run_time()
    {
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(Recorded.UsdmMinute));
        await using var subscriber = await Subscriber.ConnectAsync(host, "stream?streams=btcusdt@depth/btcusdt@trade");
        var url = new Uri(host.HttpEndpoint, "sim/faults");
        var wrong = await _http.PostAsync(url, new StringContent("""{"rules":[{"kind":"drop","probability":2}]}""", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("Probability", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.PostAsync(url, new StringContent("drop it", Encoding.UTF8, "application/json"))).StatusCode);

        await host.AdvanceAsync(10);
        var set = await _http.PostAsync(url, new StringContent("""{"seed":3,"rules":[{"kind":"drop","probability":1,"stream":"trade"}]}""", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        await host.AdvanceAsync(100);
        var dropped = host.FaultJournal.Entries.Count;
        Assert.True(dropped > 0);
        Assert.All(host.FaultJournal.Entries, entry => Assert.InRange(entry.Frame, 11, 110));
        await _http.DeleteAsync(url);
        await host.AdvanceAsync(100);
        Assert.Equal(dropped, host.FaultJournal.Entries.Count);
        var listed = await _http.GetFromJsonAsync<JsonElement>(url);
        Assert.Equal(dropped, listed.GetProperty("entries").GetArrayLength());
        Assert.Equal("drop", listed.GetProperty("entries")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task The_tail_can_be_spared_so_that_every_loss_shows()
    {
        var options = Recorded.InLockStep(Recorded.Family) with { Faults = Plan("drop") with { SpareTail = 100 } };
        await using var host = await Recorded.StartAsync(options);
        await using var subscriber = await Subscriber.ConnectAsync(host, $"stream?streams={string.Join('/', host.Streams)}");
        await host.AdvanceAsync(long.MaxValue);
        Assert.Equal(1435, host.FaultJournal.Entries.Count);
        Assert.Equal(100, host.Status().Connections[0].Sent);
    }

    [Fact]
    public async Task A_stale_kraken_book_breaks_the_checksum_and_the_next_one_mends_it()
    {
        await using var host = await Recorded.StartAsync(Recorded.InLockStep(Recorded.Kraken) with
        {
            Playback = new PlaybackOptions { LockStep = true, ExpectedStreams = ["XMR/USD@book"] },
            Faults = Plan("staleSnapshot:at=1", "failingSnapshot:at=4"),
        });
        await using var subscriber = await Subscriber.ConnectAsync(host, "");
        await subscriber.NextJsonAsync();
        await SubscribeAsync();
        await host.AdvanceAsync(100);
        await SubscribeAsync();
        await host.AdvanceAsync(1000);
        await SubscribeAsync();
        Assert.Equal("staleSnapshot", host.Status().Faults.ByKind.Keys.Single());
        await SubscribeAsync();
        Assert.Equal(1, host.Status().Faults.ByKind["failingSnapshot"]);

        async Task SubscribeAsync()
        {
            await subscriber.SayAsync("""{"event":"subscribe","pair":["XMR/USD"],"subscription":{"name":"book","depth":1000},"reqid":1}""");
            JsonElement message;
            do
            {
                message = await subscriber.NextJsonAsync();
            }
            while (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("reqid", out _));
        }
    }

    [Theory]
    [InlineData("explode", "is no fault")]
    [InlineData("drop:p", "not key=value")]
    [InlineData("drop:colour=red", "no setting")]
    [InlineData("drop:p=often", "no value for p")]
    public void A_rule_that_cannot_be_read_says_why(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => FaultRule.Parse(text)).Message, StringComparison.Ordinal);

    private static FaultPlan Plan(params string[] rules) => new() { Seed = 42, Rules = [.. rules.Select(FaultRule.Parse)] };

    private static Task<ExchangeHost> StartAsync(params string[] rules) => Recorded.StartAsync(Recorded.InLockStep(Recorded.UsdmMinute) with
    {
        Faults = Plan(rules),
        Playback = new PlaybackOptions { LockStep = true, ExpectedStreams = ["btcusdt@trade"] },
    });

    private static async Task<long> SequenceAsync(Uri url) =>
        (await _http.GetFromJsonAsync<JsonElement>(url)).GetProperty("lastUpdateId").GetInt64();

    /// <summary>Plays 300 diffs and the frames between; what is not JSON is null.</summary>
    private static async Task<(List<long?> Received, IReadOnlyList<FaultEntry> Journal)> PlayAsync(string rule)
    {
        await using var host = await StartAsync(rule);
        await using var subscriber = await Subscriber.ConnectAsync(host, "ws/btcusdt@depth/btcusdt@trade");
        await host.AdvanceAsync(300, "depth");
        host.SetFaults(FaultPlan.None);
        await host.AdvanceAsync(1);
        var received = new List<long?>();
        for (var left = host.Status().Connections[0].Sent; left > 0; left--)
        {
            var message = await subscriber.NextAsync();
            try
            {
                using var json = JsonDocument.Parse(message);
                if (json.RootElement.GetProperty("e").GetString() == "depthUpdate")
                    received.Add(json.RootElement.GetProperty("u").GetInt64());
            }
            catch (JsonException)
            {
                received.Add(null);
            }
        }

        return (received, host.FaultJournal.Entries);
    }

    private static List<long> CleanSequences(int count) =>
    [
        .. new Recording([Recorded.UsdmMinute]).Read(new BadLines())
            .Where(line => line.Payload.Span.StartsWith("{\"stream\":\"btcusdt@depth"u8))
            .Take(count)
            .Select(line =>
            {
                using var json = JsonDocument.Parse(line.Payload);
                return json.RootElement.GetProperty("data").GetProperty("u").GetInt64();
            }),
    ];
}
