using System.Net.Http.Json;
using System.Text;
using StreamForge.ClientApi.Documents;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api;

/// <summary>Every error is a problem document: RFC 9457.</summary>
public sealed class ProblemTests(ApiHost host)
{
    private const string Known = "/v1/instruments/test:PROBLEMS";

    /// <summary>Method, address, Accept, status, kind, parameter.</summary>
    public static TheoryData<string, string, string?, int, string, string?> Errors => new()
    {
        { "GET", "/nothing/here", null, 404, "unknown-address", null },
        { "GET", "/v1", null, 404, "unknown-address", null },
        { "GET", Known + "/nothing", null, 404, "unknown-address", null },
        { "GET", "/openapi/v9.json", null, 404, "unknown-address", null },
        { "GET", "/v1/instruments/test:NOBODY", null, 404, "unknown-instrument", null },
        { "GET", "/v1/instruments/test:NOBODY/book", null, 404, "unknown-instrument", null },
        { "GET", "/v1/instruments/test:NOBODY/trades", null, 404, "unknown-instrument", null },
        { "GET", "/v1/instruments/test:NOBODY/candles", null, 404, "unknown-instrument", null },
        { "GET", "/v1/instruments/test:NOBODY/stream", null, 404, "unknown-instrument", null },
        { "POST", "/v1/instruments", null, 405, "method-not-allowed", null },
        { "DELETE", Known, null, 405, "method-not-allowed", null },
        { "PUT", "/v1/status", null, 405, "method-not-allowed", null },
        { "HEAD", Known + "/stream", null, 405, "", null },
        { "GET", Known, "text/html", 406, "not-acceptable", null },
        { "GET", Known, "application/json;q=0, */*", 406, "not-acceptable", null },
        { "GET", Known + "/stream", "application/json", 406, "not-acceptable", null },
        { "GET", "/v1/instruments", "image/*", 406, "not-acceptable", null },
        { "GET", "/v1/status", "text/html", 406, "not-acceptable", null },
        { "GET", "/health/live", "text/html", 406, "not-acceptable", null },
        { "GET", "/metrics", "application/json", 406, "not-acceptable", null },
        { "GET", "/", "application/json", 406, "not-acceptable", null },
        { "GET", "/v1/instruments/BTCUSDT", null, 400, "invalid-parameter", "id" },
        { "GET", "/v1/instruments/Binance:BTCUSDT", null, 400, "invalid-parameter", "id" },
        { "GET", "/v1/instruments/binance:", null, 400, "invalid-parameter", "id" },
        { "GET", "/v1/instruments/:BTCUSDT", null, 400, "invalid-parameter", "id" },
        { "GET", "/v1/instruments/a:b:c/book", null, 400, "invalid-parameter", "id" },
        { "GET", "/v1/instruments/a:%F0%9F%92%A9/trades", null, 400, "invalid-parameter", "id" },
        { "GET", "/v1/instruments/a:b%20c/stream", null, 400, "invalid-parameter", "id" },
        { "GET", Known + "?depth=5", null, 400, "unknown-parameter", "depth" },
        { "GET", Known + "/book?Depth=5", null, 400, "unknown-parameter", "Depth" },
        { "GET", Known + "/book?depth=0", null, 400, "invalid-parameter", "depth" },
        { "GET", Known + "/book?depth=5001", null, 400, "invalid-parameter", "depth" },
        { "GET", Known + "/book?depth=-1", null, 400, "invalid-parameter", "depth" },
        { "GET", Known + "/book?depth=1e3", null, 400, "invalid-parameter", "depth" },
        { "GET", Known + "/book?depth=", null, 400, "invalid-parameter", "depth" },
        { "GET", Known + "/book?depth=99999999999999999999", null, 400, "invalid-parameter", "depth" },
        { "GET", Known + "/book?depth=1&depth=2", null, 400, "invalid-parameter", "depth" },
        { "GET", Known + "/trades?limit=1001", null, 400, "invalid-parameter", "limit" },
        { "GET", Known + "/trades?limit=x", null, 400, "invalid-parameter", "limit" },
        { "GET", Known + "/trades?minSequence=1", null, 400, "unknown-parameter", "minSequence" },
        { "GET", Known + "/candles?interval=2m", null, 400, "invalid-parameter", "interval" },
        { "GET", Known + "/candles?interval=1M", null, 400, "invalid-parameter", "interval" },
        { "GET", Known + "/candles?from=yesterday", null, 400, "invalid-parameter", "from" },
        { "GET", Known + "/candles?from=2025-01-01T00:00:00", null, 400, "invalid-parameter", "from" },
        { "GET", Known + "/candles?to=999999999999999999", null, 400, "invalid-parameter", "to" },
        { "GET", Known + "/candles?from=2025-01-02T00:00:00Z&to=2025-01-01T00:00:00Z", null, 400, "invalid-parameter", "from" },
        { "GET", Known + "/candles?from=0&to=90060000", null, 400, "invalid-parameter", "from" },
        { "GET", Known + "?minSequence=-1", null, 400, "invalid-parameter", "minSequence" },
        { "GET", Known + "?minSequence=1&wait=5001", null, 400, "invalid-parameter", "wait" },
        { "GET", Known + "?minSequence=1&wait=PT6S", null, 400, "invalid-parameter", "wait" },
        { "GET", Known + "?minSequence=1&wait=-PT1S", null, 400, "invalid-parameter", "wait" },
        { "GET", Known + "?minSequence=1&wait=P999999999999Y", null, 400, "invalid-parameter", "wait" },
        { "GET", Known + "?wait=100", null, 400, "invalid-parameter", "wait" },
        { "GET", Known + "?maxAge=-1", null, 400, "invalid-parameter", "maxAge" },
        { "GET", Known + "/stream?x=1", null, 400, "unknown-parameter", "x" },
        { "GET", "/v1/instruments?limit=0", null, 400, "invalid-parameter", "limit" },
        { "GET", "/v1/instruments?limit=1001", null, 400, "invalid-parameter", "limit" },
        { "GET", "/v1/instruments?status=lively", null, 400, "invalid-parameter", "status" },
        { "GET", "/v1/instruments?venue=BINANCE", null, 400, "invalid-parameter", "venue" },
        { "GET", "/v1/instruments?venue=", null, 400, "invalid-parameter", "venue" },
        { "GET", "/v1/instruments?cursor=%25%25", null, 400, "invalid-parameter", "cursor" },
        { "GET", "/v1/instruments?cursor=AAAA", null, 400, "invalid-parameter", "cursor" },
        { "GET", "/v1/instruments?page=2", null, 400, "unknown-parameter", "page" },
        { "GET", "/v1/status?x", null, 400, "unknown-parameter", "x" },
        { "GET", "/health/ready?x", null, 400, "unknown-parameter", "x" },
        { "GET", "/metrics?x=1", null, 400, "unknown-parameter", "x" },
        { "GET", "/?x=1", null, 400, "unknown-parameter", "x" },
        { "GET", "/openapi/v1.json?x=1", null, 400, "unknown-parameter", "x" },
        { "GET", "/v1/instruments?cursor=" + LongText, null, 414, "query-too-long", null },
        { "GET", Known + "?minSequence=999&wait=10", null, 503, "sequence-not-reached", null },
        { "GET", "/v1/instruments/test:OLD?maxAge=1", null, 503, "too-old", null },
        { "GET", "/v1/instruments/test:HANGS", null, 503, "unavailable", null },
        { "GET", "/v1/instruments/test:HANGS/stream", null, 503, "unavailable", null },
        { "GET", "/v1/instruments/test:THROWS/book", null, 500, "internal-error", null },
        { "GET", "/v1/instruments/test:TIMES-OUT/book", null, 503, "unavailable", null },
    };

    private static readonly string LongText = new('x', 3000);

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Every_error_is_a_problem_document(
        string method, string path, string? accept, int status, string kind, string? parameter)
    {
        Prepare();

        using var response = await host.Send(new HttpMethod(method), path, accept is null ? [] : [("Accept", accept)]);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-store", response.Header("Cache-Control"));
        Assert.Equal(status == 503, response.Header("Retry-After") is not null);
        Assert.Equal(status == 405, response.Content.Headers.Allow.Count > 0);
        if (method == "HEAD")
            return;
        var problem = (await response.Content.ReadFromJsonAsync(DocumentJson.Default.ProblemDocument))!;
        Assert.Equal("urn:streamforge:problem:" + kind, problem.Type);
        Assert.Equal(status, problem.Status);
        Assert.NotEmpty(problem.Title);
        Assert.NotEmpty(problem.TraceId!);
        Assert.Equal(parameter, problem.Parameter);
        Assert.Equal(Uri.UnescapeDataString(path.Split('?')[0]), Uri.UnescapeDataString(problem.Instance!));
    }

    [Fact]
    public async Task An_unknown_instrument_says_cold()
    {
        using var response = await host.Get("/v1/instruments/test:NOBODY");

        Assert.Equal("cold", response.Header("X-Freshness"));
    }

    [Fact]
    public async Task An_internal_error_shows_nothing_of_the_inside()
    {
        Prepare();

        using var response = await host.Get("/v1/instruments/test:THROWS");

        var text = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Not_ready_is_a_problem_too()
    {
        await using var other = await ApiHost.Start(_ => { });
        other.Market.Status = other.Market.Status with { Ready = false };

        using var response = await other.Get("/health/ready");

        Assert.Equal(503, (int)response.StatusCode);
        var problem = (await response.Content.ReadFromJsonAsync(DocumentJson.Default.ProblemDocument))!;
        Assert.EndsWith(":not-ready", problem.Type, StringComparison.Ordinal);
        Assert.NotNull(response.Header("Retry-After"));
    }

    [Fact]
    public async Task A_caller_that_leaves_is_no_error()
    {
        var answer = new TaskCompletionSource();
        var instrument = host.NewInstrument().Book(1, 1, 2);
        instrument.Hangs = answer.Task;
        using var leaving = new CancellationTokenSource();
        var reading = host.Client.GetAsync($"/v1/instruments/{instrument.Id}", leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        answer.SetResult();
        instrument.Hangs = null;

        using var response = await host.Get($"/v1/instruments/{instrument.Id}");

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_body_is_not_looked_at()
    {
        Prepare();
        using var request = new HttpRequestMessage(HttpMethod.Get, Known) { Content = new StringContent("{", Encoding.UTF8, "application/json") };

        using var response = await host.Client.SendAsync(request);

        Assert.Equal(200, (int)response.StatusCode);
    }

    private void Prepare()
    {
        if (host.Market["test:PROBLEMS"].Version == 0)
            host.Market["test:PROBLEMS"].Book(1, 100m, 101m);
        var then = TimeProvider.System.GetUtcNow().AddHours(-1);
        host.Market["test:OLD"].Book(1, 1, 2).Says(freshness => freshness with { Watermark = then, ReceivedAt = then });
        host.Market["test:HANGS"].Hangs = host.Market.Closed;
        host.Market["test:THROWS"].Throws = new InvalidOperationException("secret");
        host.Market["test:TIMES-OUT"].Throws = new TimeoutException("secret");
    }
}
