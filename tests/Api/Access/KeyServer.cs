using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace StreamForge.Tests.Api.Access;

/// <summary>An issuer's own server on loopback: a key set, and metadata that names it.</summary>
internal sealed class KeyServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _asked;

    private KeyServer(WebApplication app) => _app = app;

    public Uri Jwks => new(_app.Urls.First() + "/keys");

    public Uri Metadata => new(_app.Urls.First() + "/.well-known/openid-configuration");

    public string Issuer { get; set; } = TestIssuer.Name;

    /// <summary>Answers 503 to everything.</summary>
    public bool IsDown { get; set; }

    /// <summary>The key set, as text.</summary>
    public string Keys { get; set; } = """{"keys":[]}""";

    /// <summary>How often the keys were asked for.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public static async Task<KeyServer> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new KeyServer(app);
        app.MapGet("/keys", () => server.Answer(() => server.Keys, ref server._asked));
        app.MapGet("/.well-known/openid-configuration", () =>
        {
            var ignored = 0;
            return server.Answer(() => $$"""{"issuer":"{{server.Issuer}}","jwks_uri":"{{server.Jwks}}"}""", ref ignored);
        });
        await app.StartAsync();
        return server;
    }

    /// <summary>A key set of public keys.</summary>
    public static string SetOf(params SecurityKey[] keys) =>
        $$"""{"keys":[{{string.Join(',', keys.Select(Public))}}]}""";

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static string Public(SecurityKey key)
    {
        var jwk = JsonWebKeyConverter.ConvertFromSecurityKey(key);
        return jwk.Kty == JsonWebAlgorithmsKeyTypes.RSA
            ? $$"""{"kty":"RSA","use":"sig","kid":"{{key.KeyId}}","n":"{{jwk.N}}","e":"{{jwk.E}}"}"""
            : $$"""{"kty":"{{jwk.Kty}}","kid":"{{key.KeyId}}","k":"{{jwk.K}}"}""";
    }

    private IResult Answer(Func<string> text, ref int count)
    {
        Interlocked.Increment(ref count);
        return IsDown ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable) : Results.Text(text(), "application/json");
    }
}
