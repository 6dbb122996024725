using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using StreamForge.ClientApi.Access;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api.Access;

/// <summary>Which tokens count, over HTTP: one API that takes a secret, one that takes an RSA key, one an EC key.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private const string Reading = "/v1/instruments";

    private readonly RSA _rsa = RSA.Create(2_048);
    private readonly ECDsa _ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TestIssuer _issuer = new();
    private ApiHost? _host;

    private ApiHost Host => _host!;

    private TestIssuer RsaIssuer => new(new RsaSecurityKey(_rsa), SecurityAlgorithms.RsaSha256);

    public async ValueTask InitializeAsync() => _host = await ApiHost.Start(ApiHost.Rules(new AccessOptions().Takes(_issuer)));

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _rsa.Dispose();
        _ec.Dispose();
    }

    [Fact]
    public async Task A_token_of_the_issuer_counts_again_and_again()
    {
        var token = _issuer.Token("reader");
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, await Status(Host, token));
    }

    [Fact]
    public async Task Without_a_token_there_is_a_challenge_and_a_problem_document()
    {
        using var answer = await Host.Get(Reading);
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.ToString());
        var challenge = answer.Header("WWW-Authenticate");
        Assert.StartsWith("Bearer realm=\"streamforge\"", challenge, StringComparison.Ordinal);
        Assert.DoesNotContain("error", challenge, StringComparison.Ordinal);
        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("urn:streamforge:problem:unauthorized", problem.GetProperty("type").GetString());
        Assert.Equal(401, problem.GetProperty("status").GetInt32());
        Assert.Equal(Reading, problem.GetProperty("instance").GetString());
    }

    public static TheoryData<string, string> Bad => new()
    {
        { "expired", "expired" },
        { "without expiry", "expired" },
        { "not yet", "not count yet" },
        { "other audience", "audience" },
        { "no audience", "audience" },
        { "other issuer", "issuer" },
        { "issuer with another end", "issuer" },
        { "other key", "signed" },
        { "none", "signed" },
        { "tampered", "signed" },
        { "cut", "signed" },
        { "id token type", "type" },
        { "nobody", "names nobody" },
        { "no token", "cannot be read" },
        { "two parts", "cannot be read" },
        { "empty", "not Bearer" },
        { "huge", "cannot be read" },
        { "basic", "not Bearer" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_token_that_does_not_count_is_401_with_the_reason(string kind, string reason)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Reading);
        var header = kind == "basic" ? "Basic YW5uYTphbm5h" : "Bearer " + MadeBad(kind);
        Assert.True(request.Headers.TryAddWithoutValidation("Authorization", header));
        using var answer = await Host.Client.SendAsync(request);
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Contains("error=\"invalid_token\"", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Contains(reason, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        // The same caller with a good one is served: nothing of the bad one stays.
        Assert.Equal(200, await Status(Host, _issuer.Token("reader")));
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("der")]
    [InlineData("modulus")]
    public async Task A_public_key_is_never_taken_for_a_secret(string form)
    {
        await using var host = await ApiHost.Start(ApiHost.Rules(new AccessOptions().Takes(_rsa)));
        Assert.Equal(200, await Status(host, RsaIssuer.Token("reader")));
        var secret = form switch
        {
            "pem" => Encoding.UTF8.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()),
            "der" => _rsa.ExportSubjectPublicKeyInfo(),
            _ => _rsa.ExportParameters(includePrivateParameters: false).Modulus!,
        };
        var forged = new TestIssuer(new SymmetricSecurityKey(secret), SecurityAlgorithms.HmacSha256);
        Assert.Equal(401, await Status(host, forged.Token("operator")));
    }

    [Fact]
    public async Task Each_kind_of_key_has_its_algorithms()
    {
        await using var rsa = await ApiHost.Start(ApiHost.Rules(new AccessOptions().Takes(_rsa)));
        await using var ec = await ApiHost.Start(ApiHost.Rules(new AccessOptions().Takes(_ec)));
        var ecIssuer = new TestIssuer(new ECDsaSecurityKey(_ec), SecurityAlgorithms.EcdsaSha256);
        var pss = new TestIssuer(new RsaSecurityKey(_rsa), SecurityAlgorithms.RsaSsaPssSha384);
        Assert.Equal(200, await Status(rsa, pss.Token("reader")));
        Assert.Equal(200, await Status(ec, ecIssuer.Token("reader")));
        Assert.Equal(401, await Status(ec, RsaIssuer.Token("reader")));
        Assert.Equal(401, await Status(rsa, ecIssuer.Token("reader")));
        Assert.Equal(401, await Status(Host, RsaIssuer.Token("reader")));
    }

    [Fact]
    public async Task A_key_that_a_token_brings_along_proves_nothing()
    {
        var own = new TestIssuer(new RsaSecurityKey(_rsa), SecurityAlgorithms.RsaSha256);
        var parameters = _rsa.ExportParameters(includePrivateParameters: false);
        var jwk = new Dictionary<string, object>
        {
            ["kty"] = "RSA",
            ["n"] = Base64UrlEncoder.Encode(parameters.Modulus),
            ["e"] = Base64UrlEncoder.Encode(parameters.Exponent),
        };
        var token = own.Token("operator", claims => claims.AdditionalHeaderClaims = new Dictionary<string, object>
        {
            ["jwk"] = jwk,
            ["jku"] = "http://127.0.0.1:9/keys",
            ["x5u"] = "http://127.0.0.1:9/keys",
        });
        Assert.Equal(401, await Status(Host, token));
    }

    [Fact]
    public async Task A_remembered_token_ends_when_it_expires()
    {
        await using var host = await ApiHost.Start(ApiHost.Rules(Strict(new AccessOptions().Takes(_issuer))));
        var until = DateTime.UtcNow.AddSeconds(3);
        var token = _issuer.Token("reader", claims => claims.Expires = until);
        Assert.Equal(200, await Status(host, token));
        await Eventually.HoldsAsync(async () => await Status(host, token) == 401, ApiHost.Deadline, "the token has expired");
        Assert.True(DateTime.UtcNow > until.AddSeconds(-1));
    }

    private static AccessOptions Strict(AccessOptions options)
    {
        options.ClockSkew = TimeSpan.Zero;
        return options;
    }

    private string MadeBad(string kind)
    {
        var now = DateTime.UtcNow;
        var good = _issuer.Token("operator");
        return kind switch
        {
            "expired" => _issuer.Token("operator", token => (token.NotBefore, token.Expires) = (now.AddHours(-2), now.AddMinutes(-1))),
            "without expiry" => _issuer.Token("operator", token => token.Expires = null),
            "not yet" => _issuer.Token("operator", token => token.NotBefore = now.AddMinutes(10)),
            "other audience" => _issuer.Token("operator", token => token.Audience = "streamforge-other"),
            "no audience" => _issuer.Token("operator", token => token.Audience = null),
            "other issuer" => _issuer.Token("operator", token => token.Issuer = "https://other.test/"),
            "issuer with another end" => _issuer.Token("operator", token => token.Issuer = TestIssuer.Name.TrimEnd('/')),
            "other key" => new TestIssuer().Token("operator"),
            "none" => _issuer.Token("operator", token => token.SigningCredentials = null),
            "tampered" => Tampered(_issuer.Token("reader")),
            "cut" => good[..(good.LastIndexOf('.') + 1)],
            "id token type" => _issuer.Token("operator", token => token.TokenType = "logout+jwt"),
            "nobody" => _issuer.Token("operator", token => token.Claims.Remove("sub")),
            "two parts" => good[..good.LastIndexOf('.')],
            "no token" => "anna",
            "huge" => good + new string('A', 20_000),
            _ => "",
        };
    }

    /// <summary>The signature of a reader's token under the claims of an operator's.</summary>
    private static string Tampered(string token)
    {
        var parts = token.Split('.');
        var claims = Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(parts[1]));
        Assert.Contains("reader", claims, StringComparison.Ordinal);
        return $"{parts[0]}.{Base64UrlEncoder.Encode(claims.Replace("reader", "operator", StringComparison.Ordinal))}.{parts[2]}";
    }

    private static async Task<int> Status(ApiHost host, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Reading);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await host.Client.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
