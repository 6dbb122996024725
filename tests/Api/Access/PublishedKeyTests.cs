using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using StreamForge.ClientApi.Access;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api.Access;

/// <summary>Keys that an issuer publishes: fetched, exchanged, away.</summary>
public sealed class PublishedKeyTests : IAsyncLifetime
{
    private readonly RsaSecurityKey _first = Key("first");
    private readonly RsaSecurityKey _second = Key("second");
    private KeyServer? _server;

    private KeyServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        _server = await KeyServer.Start();
        Server.Keys = KeyServer.SetOf(_first);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_key_counts_once_it_is_published_and_is_asked_for_with_mercy(bool metadata)
    {
        await using var host = await Start(metadata);
        Assert.Equal(200, await Status(host, Token(_first)));
        Assert.Equal(401, await Status(host, Token(_second)));
        Server.Keys = KeyServer.SetOf(_first, _second);
        await Eventually.HoldsAsync(async () => await Status(host, Token(_second)) == 200, ApiHost.Deadline, "the new key counts");
        Assert.Equal(200, await Status(host, Token(_first)));

        // A key that was taken back counts no more once it was looked again, whatever is remembered.
        var old = Token(_first);
        Assert.Equal(200, await Status(host, old));
        Server.Keys = KeyServer.SetOf(_second);
        await Eventually.HoldsAsync(
            async () =>
            {
                Assert.Equal(401, await Status(host, Token(Key("third"))));
                return await Status(host, old) == 401;
            },
            ApiHost.Deadline,
            "the old key counts no more");
    }

    [Fact]
    public async Task Strangers_cannot_make_the_keys_be_fetched_again_and_again()
    {
        await using var host = await Start(metadata: false, TimeSpan.FromHours(1));
        Assert.Equal(200, await Status(host, Token(_first)));
        for (var i = 0; i < 50; i++)
            Assert.Equal(401, await Status(host, Token(Key($"stranger-{i % 5}"))));
        // The first fetch, and the one look that the first stranger was worth.
        await Eventually.Holds(() => Server.Asked >= 2, ApiHost.Deadline, "it was looked again");
        Assert.Equal(2, Server.Asked);
    }

    [Fact]
    public async Task While_keys_were_never_had_the_answer_is_503_and_what_needs_none_is_served()
    {
        Server.IsDown = true;
        await using var host = await Start(metadata: false);
        using (var answer = await Ask(host, Token(_first)))
        {
            Assert.Equal(503, (int)answer.StatusCode);
            Assert.Equal("1", answer.Header("Retry-After"));
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.ToString());
        }
        using (var health = await host.Get("/health/live"))
            Assert.Equal(200, (int)health.StatusCode);
        Server.IsDown = false;
        await Eventually.HoldsAsync(async () => await Status(host, Token(_first)) == 200, ApiHost.Deadline, "keys were fetched");

        // Away again: the last keys go on counting.
        Server.IsDown = true;
        Assert.Equal(401, await Status(host, Token(_second)));
        Assert.Equal(200, await Status(host, Token(_first)));
    }

    [Fact]
    public async Task Metadata_of_another_issuer_gives_no_keys()
    {
        Server.Issuer = "https://other.test/";
        await using var host = await Start(metadata: true);
        Assert.Equal(503, await Status(host, Token(_first)));
    }

    [Fact]
    public async Task A_published_secret_and_a_short_key_prove_nothing()
    {
        var secret = new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(48)) { KeyId = "secret" };
        var weak = new RsaSecurityKey(RSA.Create(1_024)) { KeyId = "weak" };
        Server.Keys = KeyServer.SetOf(_first, secret, weak);
        await using var host = await Start(metadata: false);
        Assert.Equal(200, await Status(host, Token(_first)));
        Assert.Equal(401, await Status(host, new TestIssuer(secret, SecurityAlgorithms.HmacSha256).Token("operator")));
        Assert.Equal(401, await Status(host, Token(weak)));
    }

    private static RsaSecurityKey Key(string id) => new(RSA.Create(2_048)) { KeyId = id };

    private static string Token(RsaSecurityKey key) => new TestIssuer(key, SecurityAlgorithms.RsaSha256).Token("reader");

    private Task<ApiHost> Start(bool metadata, TimeSpan? pause = null) => ApiHost.Start(ApiHost.Rules(new AccessOptions
    {
        Issuer = TestIssuer.Name,
        Audience = TestIssuer.Audience,
        Metadata = metadata ? Server.Metadata : null,
        Jwks = metadata ? null : Server.Jwks,
        KeyRefreshPause = pause ?? TimeSpan.FromSeconds(1),
    }));

    private static async Task<int> Status(ApiHost host, string token)
    {
        using var answer = await Ask(host, token);
        return (int)answer.StatusCode;
    }

    private static Task<HttpResponseMessage> Ask(ApiHost host, string token) =>
        host.Get("/v1/instruments", ("Authorization", $"Bearer {token}"));
}
