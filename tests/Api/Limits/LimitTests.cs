using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Access;
using StreamForge.ClientApi.Limits;
using StreamForge.Tests.Api.Access;
using StreamForge.Tests.Api.Hosting;
using StreamForge.Tests.Api.Reading;

namespace StreamForge.Tests.Api.Limits;

/// <summary>What one caller may ask is limited, and what others may is not touched by it.</summary>
public sealed class LimitTests
{
    private const string Reading = "/v1/instruments";
    private const int Burst = 5;

    private readonly TestIssuer _issuer = new();

    [Fact]
    public async Task Who_asks_too_often_is_refused_alone_and_told_when_to_come_again()
    {
        await using var host = await Start();
        for (var i = 0; i < Burst; i++)
            Assert.Equal(200, await Status(host, Reading, Token("anna")));
        using (var refused = await Ask(host, Reading, Token("anna")))
        {
            Assert.Equal(429, (int)refused.StatusCode);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.ToString());
            // One token in 100 s.
            Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 100);
            var problem = JsonElement.Parse(await refused.Content.ReadAsStringAsync());
            Assert.Equal("urn:streamforge:problem:too-many-requests", problem.GetProperty("type").GetString());
        }
        // Another token of the same caller is no way out; another caller is not concerned, nor is who has no token.
        Assert.Equal(429, await Status(host, Reading, Token("anna")));
        Assert.Equal(200, await Status(host, Reading, Token("bert")));
        Assert.Equal(401, await Status(host, Reading, null));
        var metrics = await (await Ask(host, "/metrics", Token("carl"))).Content.ReadAsStringAsync();
        Assert.Contains("streamforge_api_limited_total{kind=\"requests\"} 2", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_that_do_not_count_are_limited_by_the_address()
    {
        await using var host = await Start();
        for (var i = 0; i < Burst; i++)
            Assert.Equal(401, await Status(host, Reading, new TestIssuer().Token("reader", token => token.Claims["sub"] = $"caller-{i}")));
        Assert.Equal(429, await Status(host, Reading, new TestIssuer().Token("reader")));
        Assert.Equal(429, await Status(host, Reading, null));
        Assert.Equal(429, await Status(host, "/nothing/here", null));
        Assert.Equal(200, await Status(host, Reading, Token("anna")));
    }

    [Fact]
    public async Task Health_is_never_limited()
    {
        await using var host = await Start();
        for (var i = 0; i < 4 * Burst; i++)
            Assert.Equal(200, await Status(host, "/health/live", null));
        Assert.Equal(401, await Status(host, Reading, null));
    }

    [Fact]
    public async Task A_bucket_fills_again()
    {
        await using var host = await Start(limits => (limits.RequestsPerSecond, limits.Burst) = (2, 1));
        Assert.Equal(200, await Status(host, Reading, Token("anna")));
        await Eventually.HoldsAsync(async () => await Status(host, Reading, Token("anna")) == 200, ApiHost.Deadline, "there is a token again");
    }

    [Fact]
    public async Task Streams_of_a_caller_are_counted_while_they_are_open()
    {
        await using var host = await Start(limits => limits.Streams = 2);
        var instrument = host.NewInstrument().Book(1, 100m, 101m);
        var path = $"/v1/instruments/{instrument.Id}/stream";
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token("anna"));
        await using var first = await SseReader.Open(host, instrument.Id);
        var second = await SseReader.Open(host, instrument.Id);
        await first.Next("snapshot");
        using (var third = await host.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(429, (int)third.StatusCode);
            Assert.NotNull(third.Header("Retry-After"));
            var problem = JsonElement.Parse(await third.Content.ReadAsStringAsync());
            Assert.Equal("urn:streamforge:problem:too-many-own-streams", problem.GetProperty("type").GetString());
        }
        // Others may, and so may the caller once one of its streams has ended.
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token("bert"));
        await using (var other = await SseReader.Open(host, instrument.Id))
            await other.Next("snapshot");
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token("anna"));
        await second.DisposeAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                using var again = await host.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
                return again.StatusCode == HttpStatusCode.OK;
            },
            ApiHost.Deadline,
            "the place is free again");
    }

    [Theory]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void An_IPv6_network_is_one_caller(string one, string other, bool same) => Assert.Equal(
        same, CallerKey.NetworkOf(IPAddress.Parse(one)) == CallerKey.NetworkOf(IPAddress.Parse(other)));

    [Fact]
    public async Task Limits_out_of_range_are_said_at_the_start()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => Start(limits =>
            (limits.RequestsPerSecond, limits.Burst, limits.Streams) = (0, 0, 0)));
        foreach (var name in (string[])["RequestsPerSecond", "Burst", "Streams"])
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    private Task<ApiHost> Start(Action<LimitOptions>? limits = null) => ApiHost.Start(
        ApiHost.Rules(new AccessOptions().Takes(_issuer)),
        limits: limits ?? (few => (few.RequestsPerSecond, few.Burst) = (0.01, Burst)));

    private string Token(string name) => _issuer.Token("reader", token => token.Claims["sub"] = name);

    private static async Task<int> Status(ApiHost host, string path, string? token)
    {
        using var answer = await Ask(host, path, token);
        return (int)answer.StatusCode;
    }

    private static Task<HttpResponseMessage> Ask(ApiHost host, string path, string? token) =>
        token is null ? host.Get(path) : host.Get(path, ("Authorization", $"Bearer {token}"));
}
