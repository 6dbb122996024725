using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Operations;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api;

/// <summary>Operators' addresses: what an order must say, and what is answered.</summary>
public sealed class OrderTests(ApiHost host)
{
    private static int _topics;

    /// <summary>A topic that no other test names.</summary>
    private readonly string _topic = $"orders{Interlocked.Increment(ref _topics)}";

    [Fact]
    public async Task An_order_reaches_the_grain_with_who_and_why()
    {
        using var answer = await Post("3/pause", """{"reason":"  it fails \"here\" "}""");
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(new OrderDocument("done", "It is done.", null), await answer.Content.ReadFromJsonAsync(DocumentJson.Default.OrderDocument));
        var (what, order) = Assert.Single(host.Market.Operations.OrdersOf(_topic));
        Assert.Equal($"pause {_topic}/3", what);
        Assert.Equal("it fails \"here\"", order.Reason);
        // Whose token it is.
        Assert.Equal("anna", order.By);
    }

    [Theory]
    [InlineData(OrderOutcome.Done, 200, "done")]
    [InlineData(OrderOutcome.NothingToDo, 200, "nothing-to-do")]
    [InlineData(OrderOutcome.UnderWay, 202, "under-way")]
    public async Task What_became_of_it_is_told(OrderOutcome outcome, int status, string word)
    {
        host.Market.Operations.Answers[_topic] = () => new OrderAnswer { Outcome = outcome, Detail = "so", Number = 7 };
        using var answer = await Post("0/resume", """{"reason":"why"}""");
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(new OrderDocument(word, "so", 7), await answer.Content.ReadFromJsonAsync(DocumentJson.Default.OrderDocument));
    }

    [Theory]
    [InlineData(OrderOutcome.Unknown, 404, "nothing-there")]
    [InlineData(OrderOutcome.Refused, 409, "not-now")]
    public async Task What_cannot_be_is_a_problem(OrderOutcome outcome, int status, string kind)
    {
        host.Market.Operations.Answers[_topic] = () => new OrderAnswer { Outcome = outcome, Detail = "so" };
        using var answer = await Post("0/pause", """{"reason":"why"}""");
        await IsProblem(answer, status, kind);
    }

    [Fact]
    public async Task Storage_that_does_not_answer_is_503_with_a_time_to_come_again()
    {
        host.Market.Operations.Answers[_topic] = () => throw new StoreUnavailableException("away");
        using var answer = await Post("0/pause", """{"reason":"why"}""");
        await IsProblem(answer, 503, "unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("", 400, "unreadable-body")]
    [InlineData("null", 400, "invalid-parameter")]
    [InlineData("{", 400, "unreadable-body")]
    [InlineData("[]", 400, "unreadable-body")]
    [InlineData("{}", 400, "unreadable-body")]
    [InlineData("""{"reason":null}""", 400, "unreadable-body")]
    [InlineData("""{"reason":7}""", 400, "unreadable-body")]
    [InlineData("""{"reason":"why","again":true}""", 400, "unreadable-body")]
    [InlineData("""{"reason":""}""", 400, "invalid-parameter")]
    [InlineData("""{"reason":"   "}""", 400, "invalid-parameter")]
    [InlineData("""{"reason":"two\nlines"}""", 400, "invalid-parameter")]
    [InlineData("""{"reason":"\u0000"}""", 400, "invalid-parameter")]
    public async Task A_body_that_says_no_reason_orders_nothing(string body, int status, string kind)
    {
        using var answer = await Post("0/pause", body);
        await IsProblem(answer, status, kind);
        Assert.Empty(host.Market.Operations.OrdersOf(_topic));
    }

    [Fact]
    public async Task A_body_that_is_too_long_or_no_json_orders_nothing()
    {
        using var longer = await Post("0/pause", $$"""{"reason":"{{new string('x', 501)}}"}""");
        await IsProblem(longer, 400, "invalid-parameter");
        using var longest = await Post("0/pause", $$"""{"reason":"{{new string('x', 20_000)}}"}""");
        await IsProblem(longest, 413, "body-too-large");
        using var form = await Post("0/pause", "reason=why", "application/x-www-form-urlencoded");
        await IsProblem(form, 415, "unsupported-media-type");
        Assert.Empty(host.Market.Operations.OrdersOf(_topic));
    }

    [Theory]
    [InlineData("x/pause")]
    [InlineData("-1/pause")]
    [InlineData("99999999999/resume")]
    public async Task What_is_no_partition_is_404(string place)
    {
        using var answer = await Post(place, """{"reason":"why"}""");
        await IsProblem(answer, 404, "nothing-there");
        Assert.Empty(host.Market.Operations.OrdersOf(_topic));
    }

    [Fact]
    public async Task An_order_cannot_be_got()
    {
        using var answer = await host.Get($"/v1/partitions/{_topic}/0/pause");
        await IsProblem(answer, 405, "method-not-allowed");
    }

    [Fact]
    public async Task Partitions_are_filtered_and_paged_in_order()
    {
        host.Market.Operations.Partitions =
        [
            Row("b", 0) with { Paused = new PartitionPause(DateTimeOffset.UnixEpoch, "op", "why") }, Row("a", 10), Row("a", 2),
            Row("a", 1) with { Epoch = 0 }, Row("b", 1) with { Stalled = true, StallReason = "storage" },
        ];
        Assert.Equal(
            [("a", 1, "unassigned"), ("a", 2, "reading"), ("a", 10, "reading"), ("b", 0, "paused"), ("b", 1, "stalled")],
            (await Partitions("")).Items.Select(row => (row.Topic, row.Partition, row.Status)));
        Assert.Equal([1, 2, 10], (await Partitions("?topic=a")).Items.Select(row => row.Partition));
        var paused = Assert.Single((await Partitions("?status=paused")).Items);
        Assert.Equal(("op", "why"), (paused.Paused!.By, paused.Paused.Reason));

        var (seen, cursor) = (new List<(string, int)>(), "");
        do
        {
            var page = await Partitions($"?limit=2{cursor}");
            Assert.InRange(page.Items.Length, 1, 2);
            seen.AddRange(page.Items.Select(row => (row.Topic, row.Partition)));
            cursor = page.Next is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        Assert.Equal([("a", 1), ("a", 2), ("a", 10), ("b", 0), ("b", 1)], seen);
    }

    [Theory]
    [InlineData("binance:BTC USDT?")]
    [InlineData("kraken:XBT/USD")]
    [InlineData("a%2Fb")]
    [InlineData("ü/%/?")]
    public async Task A_parked_key_is_named_by_topic_partition_and_key(string key)
    {
        using var answer = await host.Client.PostAsJsonAsync(
            new Uri($"/v1/parked/{_topic}/2/{Uri.EscapeDataString(key)}/unpark", UriKind.Relative), new OrderRequest("why"), DocumentJson.Default.OrderRequest);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal($"unpark {_topic}/2/{key}", Assert.Single(host.Market.Operations.OrdersOf(_topic)).What);
    }

    [Fact]
    public async Task Parked_keys_are_paged_by_their_places()
    {
        var key = new ParkedKey
        {
            Group = "g", Topic = _topic, Partition = 3, Key = "a/b/ü", FromOffset = 7, Reason = "why", ParkedAt = DateTimeOffset.UnixEpoch,
        };
        host.Market.Operations.Parked = new ParkedPage([key], 2, HasMore: true);
        var page = await host.GetDocument($"/v1/parked?topic={_topic}&limit=1", DocumentJson.Default.ParkedPageDocument);
        Assert.Equal((key, 2), (Assert.Single(page.Items), page.Total));
        await host.GetDocument($"/v1/parked?topic={_topic}&cursor={page.Next}", DocumentJson.Default.ParkedPageDocument);
        Assert.Equal(
            [new ParkedQuery(_topic, null, 1), new ParkedQuery(_topic, new ParkedPlace(_topic, 3, "a/b/ü"))],
            host.Market.Operations.ParkedQueries.Where(query => query.Topic == _topic));
        using var wrong = await host.Get("/v1/parked?cursor=AAAA");
        await IsProblem(wrong, 400, "invalid-parameter");
    }

    [Fact]
    public async Task Orders_that_were_given_are_told_with_their_ends()
    {
        var begun = new OperatorAction
        {
            Number = 8, At = DateTimeOffset.UnixEpoch, By = "op", What = "pause", Target = "t/0", Reason = "why",
        };
        var ended = begun with { Number = 7, End = new ActionEnd(DateTimeOffset.UnixEpoch.AddSeconds(1), OrderOutcome.Failed, "away") };
        host.Market.Operations.Actions = new ActionPage([begun, ended], 7);
        var page = await host.GetDocument($"/v1/operator-actions?by={_topic}&what=pause&limit=2&cursor=9", DocumentJson.Default.ActionPageDocument);
        Assert.Equal("7", page.Next);
        Assert.Equal([("pause", null), ("pause", "failed")], page.Items.Select(item => (item.What, item.Outcome)));
        Assert.Contains(new ActionQuery(9, "pause", _topic, 2), host.Market.Operations.ActionQueries);
        using var wrong = await host.Get("/v1/operator-actions?what=destroy");
        await IsProblem(wrong, 400, "invalid-parameter");
    }

    [Fact]
    public void Who_is_authenticated_gives_the_order_by_name_or_subject()
    {
        static string By(params Claim[] claims) => OperatorIdentity.Of(
            new DefaultHttpContext { User = new ClaimsPrincipal(new ClaimsIdentity(claims, "test", "name", "role")) });
        Assert.Equal("zoe", By(new Claim("name", "zoe"), new Claim("sub", "17")));
        Assert.Equal("17", By(new Claim("sub", "17")));
        Assert.Equal(OperatorOrder.MaxBy, By(new Claim("name", new string('x', 1_000))).Length);
    }

    private Task<PartitionPageDocument> Partitions(string query) =>
        host.GetDocument("/v1/partitions" + query, DocumentJson.Default.PartitionPageDocument);

    private Task<HttpResponseMessage> Post(string rest, string body, string type = "application/json") => host.Client.PostAsync(
        new Uri($"/v1/partitions/{_topic}/{rest}", UriKind.Relative),
        new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type)));

    private static async Task IsProblem(HttpResponseMessage answer, int status, string kind)
    {
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync(DocumentJson.Default.ProblemDocument);
        Assert.Equal($"urn:streamforge:problem:{kind}", problem!.Type);
    }

    private static PartitionStatus Row(string topic, int partition) => new()
    {
        Group = "g", Topic = topic, Partition = partition, Epoch = 1, ReadPosition = 5, LowWater = 4, LogEnd = 7, Lag = 2,
    };
}
