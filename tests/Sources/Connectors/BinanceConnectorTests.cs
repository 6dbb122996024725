using System.Net;
using Microsoft.AspNetCore.Http;
using StreamForge.Sources.Connectors;
using StreamForge.Tests.Sources.Exchange;

namespace StreamForge.Tests.Sources.Connectors;

/// <summary>The connector over a real socket, against a venue that says what the test tells it.</summary>
public sealed class BinanceConnectorTests
{
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string Book = """{"lastUpdateId":5,"bids":[],"asks":[]}""";
    private const string Diff = """{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","s":"BTCUSDT"}}""";

    [Fact]
    public async Task Subscribes_asks_for_the_book_and_vouches_for_what_stands_in_the_topic()
    {
        await using var venue = await Start();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue), sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");

        var book = Assert.Single(sink.OfSchema(RawHeaders.SchemaDepthSnapshot));
        Assert.Equal(Book, MemorySink.TextOf(book));
        Assert.Equal("binance:BTCUSDT", MemorySink.HeaderOf(book, RawHeaders.Instrument));
        Assert.Contains("/api/v3/depth?symbol=BTCUSDT&limit=5000", venue.Requests);
        Assert.Contains(
            """{"method":"SUBSCRIBE","params":["btcusdt@depth@100ms","btcusdt@trade","btcusdt@bookTicker"],"id":1}""",
            venue.Commands);
        var throughs = sink.Watermarks.Select(w => w.Through).ToList();
        Assert.Equal(throughs.Order(), throughs);
    }

    [Fact]
    public async Task Frames_keep_bytes_and_headers_and_answers_stay_out()
    {
        await using var venue = await Start();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue), sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        await venue.Send(Diff);
        await venue.Send("""{"stream":"ethusdt@trade","data":{}}""");
        await venue.Send("not even JSON");
        await Deadline.Until(() => sink.OfSchema(RawHeaders.SchemaFrame).Count() == 3, "three frames");

        var frames = sink.OfSchema(RawHeaders.SchemaFrame).ToList();
        Assert.Equal(Diff, MemorySink.TextOf(frames[0]));
        Assert.Equal("not even JSON", MemorySink.TextOf(frames[2]));
        Assert.Equal(["binance:BTCUSDT", null, null], frames.Select(f => MemorySink.HeaderOf(f, RawHeaders.Instrument)));
        Assert.All(frames, f => Assert.Equal("binance", MemorySink.HeaderOf(f, RawHeaders.Source)));
        Assert.Equal(3, frames.Select(f => MemorySink.HeaderOf(f, RawHeaders.EventId)).Distinct().Count());
        Assert.All(frames, f => Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-00$", MemorySink.HeaderOf(f, RawHeaders.TraceParent)));
        Assert.All(frames, f => Assert.Matches("^[0-9]{19}$", MemorySink.HeaderOf(f, RawHeaders.ReceivedAt)));
        Assert.Equal("binance#0", System.Text.Encoding.UTF8.GetString(frames[1].Key!.Value.Span));
    }

    [Fact]
    public async Task A_cut_link_comes_back_with_a_new_book_and_the_newest_trade()
    {
        await using var venue = await Start();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue), sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        venue.Cut();
        await Deadline.Until(() => sink.OfSchema(RawHeaders.SchemaDepthSnapshot).Count() == 2, "a new book");
        await Deadline.Until(() => sink.OfSchema(RawHeaders.SchemaTrades).Any(), "the newest trade");
        await Deadline.Until(() => source.Source.Connector.Standing().Up, "up again");

        Assert.Equal(2, venue.Connections);
        Assert.Equal("77-77", MemorySink.HeaderOf(sink.OfSchema(RawHeaders.SchemaTrades).First(), RawHeaders.RepairRange));
    }

    [Fact]
    public async Task A_silent_link_is_noticed_vouched_for_no_more_and_given_up()
    {
        await using var venue = await Start();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue) with { SilenceTimeout = TimeSpan.FromMilliseconds(300) }, sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");

        venue.Silent = true;
        await Deadline.Until(() => sink.Watermarks[^1] is { Up: false }, "down");
        var said = sink.Watermarks[^1];
        Assert.NotNull(said.Reason);
        await Deadline.Until(() => venue.Connections >= 3, "new attempts, as silent as the first");
        Assert.Equal(said.Through, sink.Watermarks[^1].Through);
        Assert.False(sink.Watermarks[^1].Up);

        venue.Silent = false;
        await Deadline.Until(() => sink.Watermarks[^1] is { Up: true }, "up again");
        Assert.True(sink.Watermarks[^1].Through > said.Through);
    }

    [Fact]
    public async Task Nothing_is_vouched_for_while_the_topic_does_not_take_it()
    {
        await using var venue = await Start();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue), sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        sink.Hold();
        await venue.Send(Diff);
        var pings = venue.Commands.Count;
        await Deadline.Until(() => venue.Commands.Count > pings + 5, "pings after the frame");
        var held = source.Source.Connector.Standing().Through;
        pings = venue.Commands.Count;
        await Deadline.Until(() => venue.Commands.Count > pings + 5, "more pings");
        Assert.Equal(held, source.Source.Connector.Standing().Through);

        sink.Release();
        await Deadline.Until(() => source.Source.Connector.Standing().Through > held, "vouched for");
    }

    [Fact]
    public async Task An_unconfirmed_subscription_is_named_and_keeps_the_source_down()
    {
        await using var venue = await Start();
        venue.OnCommand = command => [$$"""{"result":["btcusdt@trade"],"id":{{command.GetProperty("id")}}}"""];
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue), sink);
        await Deadline.Until(() => source.Source.Connector.Standing().Reason == "btcusdt@depth@100ms is not subscribed", "the reason");
        Assert.Null(source.Source.Connector.Standing().Through);
        Assert.Empty(sink.Watermarks);
    }

    [Fact]
    public async Task Limits_of_the_venue_are_told_and_its_pause_is_kept()
    {
        await using var venue = await Start();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue), sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        venue.OnRequest = request =>
        {
            request.HttpContext.Response.Headers.RetryAfter = "17";
            return Results.StatusCode((int)HttpStatusCode.TooManyRequests);
        };
        var outcome = await source.Source.Gateway.RequestDepthSnapshot("binance:BTCUSDT", new("r1"), CancellationToken.None);
        Assert.Equal((false, TimeSpan.FromSeconds(17)), (outcome.Answered, outcome.RetryAfter));

        venue.OnRequest = _ => Results.StatusCode(418);
        Assert.NotNull((await source.Source.Gateway.RequestTrades("binance:BTCUSDT", 1, 2, new("r2"), CancellationToken.None)).RetryAfter);
        venue.OnRequest = _ => Results.StatusCode(500);
        outcome = await source.Source.Gateway.RequestDepthSnapshot("binance:BTCUSDT", new("r3"), CancellationToken.None);
        Assert.Equal((false, "the venue answered 500", false), (outcome.Answered, outcome.Reason, outcome.Unknown));
        Assert.False((await source.Source.Gateway.RequestDepthSnapshot("binance:OTHER", new("r4"), CancellationToken.None)).Answered);
    }

    [Fact]
    public async Task A_snapshot_that_never_comes_fails_in_bounded_time()
    {
        await using var venue = await Start();
        using var release = new CancellationTokenSource();
        venue.OnRequest = _ => new NeverResult(release.Token);
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue) with { RequestTimeout = TimeSpan.FromMilliseconds(100) }, sink);
        var outcome = await source.Source.Gateway.RequestDepthSnapshot("binance:BTCUSDT", new("r1"), CancellationToken.None);
        // The venue may still be at it.
        Assert.Equal(("no answer within 00:00:00.1000000", true), (outcome.Reason, outcome.Unknown));
        await release.CancelAsync();
    }

    [Fact]
    public async Task A_range_of_trades_is_one_request_and_its_answer_says_how_far_it_reaches()
    {
        await using var venue = await Start();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue), sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        venue.OnRequest = request =>
        {
            var from = long.Parse(request.Query["fromId"]!);
            var limit = long.Parse(request.Query["limit"]!);
            return Results.Text($"[{string.Join(',', Enumerable.Range(0, (int)limit).Select(i => $$"""{"id":{{from + i}}}"""))}]");
        };
        var outcome = await source.Source.Gateway.RequestTrades("binance:BTCUSDT", 10, 2_509, new("r1", Trace), CancellationToken.None);

        Assert.True(outcome.Answered, outcome.Reason);
        var page = Assert.Single(sink.OfSchema(RawHeaders.SchemaTrades), IsRepair);
        Assert.Equal(("10-1009", "r1"), (MemorySink.HeaderOf(page, RawHeaders.RepairRange), MemorySink.HeaderOf(page, RawHeaders.RepairId)));
        // The trace of what revealed the gap goes on in the answer.
        Assert.Equal(Trace, MemorySink.HeaderOf(page, RawHeaders.TraceParent));
        Assert.Single(venue.Requests, path => path.Contains("historicalTrades", StringComparison.Ordinal));
        Assert.Contains("/api/v3/historicalTrades?symbol=BTCUSDT&fromId=10&limit=1000", venue.Requests);
    }

    [Fact]
    public async Task A_page_speaks_for_the_rest_of_its_range_only_where_the_venue_has_come_that_far()
    {
        await using var venue = await Start();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue), sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        await Ask("""[{"id":12},{"id":21}]""");
        await Ask("""[{"id":20}]""");
        await Ask("""[{"id":12}]""");
        await Ask("[]");
        // One more than there can be in the range, so that an answer shows where the venue is.
        Assert.Contains("/api/v3/historicalTrades?symbol=BTCUSDT&fromId=10&limit=12", venue.Requests);
        Assert.Equal(
            [("10-20", null), ("10-20", null), ("10-20", "12"), ("10-20", "9")],
            sink.OfSchema(RawHeaders.SchemaTrades).Where(IsRepair)
                .Select(r => (MemorySink.HeaderOf(r, RawHeaders.RepairRange), MemorySink.HeaderOf(r, RawHeaders.RepairThrough))));

        venue.OnRequest = _ => Results.Text("""{"code":-1121,"msg":"Invalid symbol."}""");
        Assert.False((await source.Source.Gateway.RequestTrades("binance:BTCUSDT", 10, 20, new("r1"), CancellationToken.None)).Answered);

        async Task Ask(string body)
        {
            venue.OnRequest = _ => Results.Text(body);
            Assert.True((await source.Source.Gateway.RequestTrades("binance:BTCUSDT", 10, 20, new("r1"), CancellationToken.None)).Answered);
        }
    }

    [Fact]
    public async Task The_first_connect_asks_for_the_newest_trade_too()
    {
        // An earlier process may have died with trades on their way, and no later trade may come to show it.
        await using var venue = await Start();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue), sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        Assert.Equal("77-77", MemorySink.HeaderOf(Assert.Single(sink.OfSchema(RawHeaders.SchemaTrades)), RawHeaders.RepairRange));
    }

    [Fact]
    public async Task After_the_grace_watermarks_name_who_was_not_asked_for_yet()
    {
        await using var venue = await Start();
        var usual = venue.OnRequest!;
        venue.OnRequest = request => request.Query["symbol"] == "ETHUSDT" ? Results.StatusCode(500) : usual(request);
        var sink = new MemorySink();
        var options = RunningSource.Quick("binance", venue.Socket, venue.Rest, "BTCUSDT", "ETHUSDT");
        await using var source = RunningSource.Start(options with { ResyncGrace = TimeSpan.FromMilliseconds(300) }, sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w is { Up: true, Unasked: "binance:ETHUSDT" }), "up but for one");
        venue.OnRequest = usual;
        await Deadline.Until(() => sink.Watermarks.Any(w => w is { Up: true, Unasked: "" }), "up for all");
        Assert.Equal(2, sink.OfSchema(RawHeaders.SchemaDepthSnapshot).Count());
    }

    private static bool IsRepair(RawRecord record) => record.Headers.Any(header => header.Name == RawHeaders.RepairId);

    private static async Task<ScriptedVenue> Start()
    {
        var venue = await ScriptedVenue.Start();
        venue.OnCommand = VenueScripts.Binance();
        venue.OnRequest = request => request.Path.Value!.EndsWith("/depth", StringComparison.Ordinal)
            ? Results.Text(Book)
            : Results.Text("""[{"id":77}]""");
        return venue;
    }

    private static ConnectorOptions Options(ScriptedVenue venue) =>
        RunningSource.Quick("binance", venue.Socket, venue.Rest, "BTCUSDT");

    private sealed class NeverResult(CancellationToken release) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(release, httpContext.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
