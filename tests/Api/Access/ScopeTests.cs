using System.Net.Http.Headers;
using System.Text.Json;
using StreamForge.ClientApi.Access;
using StreamForge.ClientApi.Requests;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api.Access;

/// <summary>What a token allows, and what is open without one.</summary>
public sealed class ScopeTests : IAsyncLifetime
{
    private const string Reading = "/v1/instruments";
    // The one address whose scope is an option.
    private const string Operating = "/metrics";

    private readonly TestIssuer _issuer = new();
    private ApiHost? _host;

    private ApiHost Host => _host!;

    public async ValueTask InitializeAsync() => _host = await Start(ApiScope.Operator);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    [Theory]
    [InlineData("reader", 200, 403)]
    [InlineData("operator", 200, 200)]
    [InlineData("openid reader profile", 200, 403)]
    [InlineData("reader operator", 200, 200)]
    [InlineData("openid", 403, 403)]
    [InlineData("readers Operator xoperator", 403, 403)]
    [InlineData("", 403, 403)]
    [InlineData(null, 403, 403)]
    public async Task The_claim_scope_is_words_with_spaces(string? scope, int reading, int operating)
    {
        var token = _issuer.Token(scope);
        Assert.Equal(reading, await Status(Reading, token));
        Assert.Equal(operating, await Status(Operating, token));
    }

    [Theory]
    [InlineData("scp", "operator")]
    [InlineData("scp", "openid operator")]
    [InlineData("scp", "openid", "operator")]
    [InlineData("roles", "reader", "operator")]
    [InlineData("roles", "operator")]
    [InlineData("scope", "openid", "operator")]
    public async Task Other_claims_and_arrays_name_scopes_too(string claim, params string[] words)
    {
        var token = _issuer.Token(null, made => made.Claims[claim] = words is [var one] ? one : words);
        Assert.Equal(200, await Status(Operating, token));
        Assert.Equal(200, await Status(Reading, token));
    }

    [Fact]
    public async Task A_missing_scope_is_a_problem_document_that_names_it()
    {
        using var answer = await Ask(Operating, _issuer.Token("reader"));
        Assert.Equal(403, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.ToString());
        Assert.Contains("error=\"insufficient_scope\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Contains("scope=\"operator\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("urn:streamforge:problem:forbidden", problem.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("/health/live", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/", 200)]
    [InlineData("/nothing/here", 404)]
    [InlineData("/v1/instruments", 401)]
    [InlineData("/v1/instruments/test:NOBODY", 401)]
    [InlineData("/v1/instruments/test:NOBODY/book", 401)]
    [InlineData("/v1/instruments/test:NOBODY/trades", 401)]
    [InlineData("/v1/instruments/test:NOBODY/candles", 401)]
    [InlineData("/v1/instruments/test:NOBODY/stream", 401)]
    [InlineData("/v1/status", 401)]
    [InlineData("/v1/partitions", 401)]
    [InlineData("/metrics", 401)]
    public async Task What_tells_nothing_is_open_and_all_else_is_not(string path, int status)
    {
        using var answer = await Host.Get(path);
        Assert.Equal(status, (int)answer.StatusCode);
        // A token that does not count changes nothing where none is needed.
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", "x") } };
        using var other = await Host.Client.SendAsync(request);
        Assert.Equal(status, (int)other.StatusCode);
    }

    [Theory]
    [InlineData(ApiScope.None, 200, 200)]
    [InlineData(ApiScope.Reader, 401, 200)]
    [InlineData(ApiScope.Operator, 401, 403)]
    public async Task Who_may_read_metrics_is_an_option(ApiScope scope, int anonymous, int reader)
    {
        await using var host = await Start(scope);
        using var answer = await host.Get(Operating);
        Assert.Equal(anonymous, (int)answer.StatusCode);
        using var other = await Ask(host, Operating, _issuer.Token("reader"));
        Assert.Equal(reader, (int)other.StatusCode);
    }

    [Fact]
    public async Task Where_reading_is_open_operating_is_not_and_a_bad_token_is_still_told()
    {
        var options = new AccessOptions { AnonymousReads = true, Metrics = ApiScope.Operator }.Takes(_issuer);
        await using var host = await ApiHost.Start(ApiHost.Rules(options));
        using var reading = await host.Get(Reading);
        Assert.Equal(200, (int)reading.StatusCode);
        using var operating = await host.Get(Operating);
        Assert.Equal(401, (int)operating.StatusCode);
        using var bad = await Ask(host, Reading, new TestIssuer().Token("operator"));
        Assert.Equal(401, (int)bad.StatusCode);
    }

    [Fact]
    public async Task The_document_tells_what_is_enforced()
    {
        using var document = JsonDocument.Parse(await Host.Client.GetStringAsync("/openapi/v1.json"));
        var scheme = document.RootElement.GetProperty("components").GetProperty("securitySchemes").GetProperty("bearer");
        Assert.Equal("http", scheme.GetProperty("type").GetString());
        Assert.Equal("bearer", scheme.GetProperty("scheme").GetString());
        var paths = document.RootElement.GetProperty("paths").EnumerateObject().ToList();
        Assert.NotEmpty(paths);
        foreach (var path in paths)
            foreach (var operation in path.Value.EnumerateObject())
            {
                var security = operation.Value.TryGetProperty("security", out var list) ? list.EnumerateArray().ToList() : [];
                var enforced = await Enforced(path.Name.Replace("{id}", "test:A", StringComparison.Ordinal), new HttpMethod(operation.Name.ToUpperInvariant()));
                var told = security.SelectMany(one => one.GetProperty("bearer").EnumerateArray()).Select(scope => scope.GetString()).SingleOrDefault();
                Assert.Equal(enforced, told);
                Assert.Equal(told is not null, operation.Value.GetProperty("responses").TryGetProperty("401", out _));
            }
    }

    /// <summary>The scope that the challenge of an address names; null where there is no challenge.</summary>
    private async Task<string?> Enforced(string path, HttpMethod method)
    {
        using var answer = await Host.Send(method, path);
        if ((int)answer.StatusCode != 401)
            return null;
        var challenge = answer.Header("WWW-Authenticate")!;
        var from = challenge.IndexOf("scope=\"", StringComparison.Ordinal) + "scope=\"".Length;
        return challenge[from..challenge.IndexOf('"', from)];
    }

    private Task<ApiHost> Start(ApiScope metrics) => ApiHost.Start(ApiHost.Rules(new AccessOptions { Metrics = metrics }.Takes(_issuer)));

    private async Task<int> Status(string path, string token)
    {
        using var answer = await Ask(path, token);
        return (int)answer.StatusCode;
    }

    private Task<HttpResponseMessage> Ask(string path, string token) => Ask(Host, path, token);

    private static Task<HttpResponseMessage> Ask(ApiHost host, string path, string token) => host.Get(path, ("Authorization", $"Bearer {token}"));
}
