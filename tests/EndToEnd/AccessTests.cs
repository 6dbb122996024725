using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using StreamForge.ClientApi.Access.Development;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd;

/// <summary>Who may ask a platform as it is started: on a developer's machine, and anywhere else.</summary>
public sealed class AccessTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    // The one address whose scope is an option: that of operators.
    private static readonly Dictionary<string, string> OperatorsReadMetrics = new() { ["StreamForge__Access__Metrics"] = "Operator" };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task In_development_anybody_reads_and_the_printed_operator_token_operates()
    {
        using var up = Up(OperatorsReadMetrics);
        using var http = await Connect(up);
        Assert.Equal(HttpStatusCode.OK, await Status(http, "/v1/instruments", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(http, "/metrics", null));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(http, "/metrics", await up.Says("  reader       ", Deadline)));
        Assert.Equal(HttpStatusCode.OK, await Status(http, "/metrics", await up.Says("  operator     ", Deadline)));
        Assert.Equal(HttpStatusCode.OK, await Status(http, "/metrics", await Token(_folder.Path, "operator")));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(http, "/metrics", await Token(_folder.Path, "reader")));
        using var other = new TempFolder();
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(http, "/metrics", await Token(other.Path, "operator")));
    }

    [Theory]
    [InlineData("the environment is not Development", "Production", "127.0.0.1")]
    [InlineData("the environment is not Development", "Staging", "127.0.0.1")]
    [InlineData("the API is reached from other machines", "Development", "0.0.0.0")]
    [InlineData("the API is reached from other machines", "Production", "::")]
    public async Task Anywhere_else_nothing_starts_without_issuer_audience_and_key(string why, string environment, string address)
    {
        using var up = Up(new() { ["ASPNETCORE_ENVIRONMENT"] = environment }, "--address", address);
        Assert.Equal(1, await up.Exit(Deadline));
        var line = Assert.Single(up.Errors);
        Assert.Contains("StreamForge:Access: Issuer, Audience, a key", line, StringComparison.Ordinal);
        Assert.Contains(why, line, StringComparison.Ordinal);
        // Nothing was opened for it.
        Assert.False(File.Exists(Path.Combine(_folder.Path, DevelopmentKey.FileName)));
    }

    [Fact]
    public async Task Outside_development_tokens_of_development_do_not_count_and_none_are_printed()
    {
        var development = await Token(_folder.Path, "operator");
        using var up = Up(new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["StreamForge__Access__Issuer"] = "https://issuer.test/",
            ["StreamForge__Access__Audience"] = "streamforge",
            ["StreamForge__Access__SymmetricKeys__0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        });
        using var http = await Connect(up);
        Assert.Equal(HttpStatusCode.OK, await Status(http, "/health/live", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(http, "/v1/instruments", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(http, "/v1/instruments", development));
        Assert.DoesNotContain("eyJ", up.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_development_key_cannot_be_configured_outside_development()
    {
        await Token(_folder.Path, "operator");
        using var up = Up(new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["StreamForge__Access__Issuer"] = DevelopmentKey.Issuer,
            ["StreamForge__Access__Audience"] = "streamforge",
            ["StreamForge__Access__DevelopmentKeyFile"] = Path.Combine(_folder.Path, DevelopmentKey.FileName),
            ["StreamForge__Access__SymmetricKeyFiles__0"] = Path.Combine(_folder.Path, DevelopmentKey.FileName),
        });
        Assert.Equal(1, await up.Exit(Deadline));
        var line = Assert.Single(up.Errors);
        foreach (var wrong in new[] { "DevelopmentKeyFile is for Development", "a development key is no key of an issuer", "kept for development tokens" })
            Assert.Contains(wrong, line, StringComparison.Ordinal);
    }

    private ChildProcess Up(Dictionary<string, string> environment, params string[] more) =>
        new(environment, ["up", "--headless", "--data", _folder.Path, "--port", "0", "--instruments", "2", "--rate", "20", .. more]);

    private static async Task<HttpClient> Connect(ChildProcess up) =>
        new() { BaseAddress = new Uri((await up.Says("instruments  ", Deadline)).Replace("/v1/instruments", "", StringComparison.Ordinal)) };

    private static async Task<string> Token(string folder, string scope)
    {
        using var process = new ChildProcess("token", "--data", folder, "--scope", scope, "--name", "anna");
        Assert.Equal(0, await process.Exit(Deadline));
        return Assert.Single(process.Output);
    }

    private static async Task<HttpStatusCode> Status(HttpClient http, string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
