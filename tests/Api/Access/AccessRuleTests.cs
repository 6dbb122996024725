using System.Security.Cryptography;
using StreamForge.ClientApi.Access;
using StreamForge.ClientApi.Access.Development;
using StreamForge.ClientApi.Requests;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api.Access;

/// <summary>What a configuration must hold, where; development keys.</summary>
public sealed class AccessRuleTests : IDisposable
{
    private static readonly AccessPlace Laptop = new(Development: true, Loopback: true);
    private static readonly AccessPlace Server = new(Development: false, Loopback: false);

    private readonly string _folder = Directory.CreateTempSubdirectory("streamforge-access-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("http://127.0.0.1:0", true)]
    [InlineData("https://localhost:8443", true)]
    [InlineData("http://[::1]:8080", true)]
    [InlineData("http://127.0.0.1:8080;http://[::1]:8080", true)]
    [InlineData("http://127.0.0.1:8080;http://10.0.0.1:8080", false)]
    [InlineData("http://0.0.0.0:8080", false)]
    [InlineData("http://[::]:8080", false)]
    [InlineData("http://*:8080", false)]
    [InlineData("http://+:8080", false)]
    [InlineData("http://127.0.0.1.example:8080", false)]
    [InlineData("http://localhost.example:8080", false)]
    public void Loopback_is_known_by_the_address(string url, bool loopback) =>
        Assert.Equal(loopback, AccessPlace.Of(true, url).Loopback);

    [Fact]
    public void On_a_laptop_nothing_is_needed_and_everywhere_else_everything_is()
    {
        Assert.Empty(Errors(new AccessOptions(), Laptop));
        foreach (var place in new[] { Server, Laptop with { Development = false }, Laptop with { Loopback = false } })
        {
            var error = Assert.Single(Errors(new AccessOptions(), place));
            foreach (var name in new[] { "Issuer", "Audience", "a key" })
                Assert.Contains(name, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Half_a_configuration_is_none_on_a_laptop_either() =>
        Assert.Contains("a key", Assert.Single(Errors(new AccessOptions { Issuer = "i", Audience = "a" }, Laptop)), StringComparison.Ordinal);

    [Fact]
    public void All_that_is_wrong_is_said_at_once_and_no_key_with_it()
    {
        using var rsa = RSA.Create(1_024);
        using var strong = RSA.Create(2_048);
        var secret = strong.ExportPkcs8PrivateKeyPem();
        var errors = Errors(
            new AccessOptions
            {
                Metadata = new Uri("http://issuer.test/meta"),
                Jwks = new Uri("http://127.0.0.1/keys"),
                PublicKeys = [rsa.ExportSubjectPublicKeyInfoPem(), secret, "no key at all"],
                SymmetricKeys = ["dG9vIHNob3J0", "not base 64, but secret"],
                SymmetricKeyFiles = [Path.Combine(_folder, "absent")],
            },
            Server);
        foreach (var wrong in new[]
        {
            "Metadata and Jwks", "Metadata must be an https", "PublicKeys:0", "PublicKeys:1: it holds a private key", "PublicKeys:2",
            "SymmetricKeys:0: it must have 32", "SymmetricKeys:1: it must be Base64", "SymmetricKeyFiles:0", "Issuer, Audience must be set",
        })
            Assert.Contains(errors, error => error.Contains(wrong, StringComparison.Ordinal));
        Assert.DoesNotContain(errors, error => error.Contains("dG9v", StringComparison.Ordinal) || error.Contains("not base 64", StringComparison.Ordinal)
            || error.Contains(secret.Split('\n')[1], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_come_from_files_too()
    {
        using var rsa = RSA.Create(2_048);
        var issuer = new TestIssuer();
        var (pem, secret) = (Path.Combine(_folder, "key.pem"), Path.Combine(_folder, "secret"));
        await File.WriteAllTextAsync(pem, "a comment\n" + rsa.ExportSubjectPublicKeyInfoPem());
        await File.WriteAllTextAsync(secret, Convert.ToBase64String(issuer.Secret) + "\n");
        await using var host = await ApiHost.Start(ApiHost.Rules(new AccessOptions
        {
            Issuer = TestIssuer.Name,
            Audience = TestIssuer.Audience,
            PublicKeyFiles = [pem],
            SymmetricKeyFiles = [secret],
        }));
        var other = new TestIssuer(new Microsoft.IdentityModel.Tokens.RsaSecurityKey(rsa), "RS512");
        foreach (var token in new[] { issuer.Token("reader"), other.Token("reader") })
        {
            using var answer = await host.Get("/v1/instruments", ("Authorization", $"Bearer {token}"));
            Assert.Equal(200, (int)answer.StatusCode);
        }
    }

    [Fact]
    public void A_development_key_is_its_owner_s_alone_and_stays()
    {
        var key = DevelopmentKey.OfFolder(_folder);
        var file = Path.Combine(_folder, DevelopmentKey.FileName);
        Assert.Equal(key.Key.Key, DevelopmentKey.OfFolder(_folder).Key.Key);
        var other = Directory.CreateDirectory(Path.Combine(_folder, "other")).FullName;
        Assert.NotEqual(key.Key.Key, DevelopmentKey.OfFolder(other).Key.Key);
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", Assert.Throws<IOException>(() => DevelopmentKey.OfFolder(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Development_keys_are_refused_everywhere_else()
    {
        DevelopmentKey.OfFolder(_folder);
        var file = Path.Combine(_folder, DevelopmentKey.FileName);
        Assert.Empty(Errors(new AccessOptions { DevelopmentKeyFile = file }, Laptop));
        foreach (var place in new[] { Server, Laptop with { Development = false }, Laptop with { Loopback = false } })
            Assert.Contains(
                Errors(new AccessOptions { DevelopmentKeyFile = file }.Takes(new TestIssuer()), place),
                error => error.StartsWith("DevelopmentKeyFile is for Development on loopback only", StringComparison.Ordinal));
        Assert.Contains(
            Errors(new AccessOptions { Issuer = "i", Audience = "a", SymmetricKeyFiles = [file] }, Server),
            error => error.Contains("a development key is no key of an issuer", StringComparison.Ordinal));
        Assert.Contains(
            Errors(new AccessOptions { Issuer = DevelopmentKey.Issuer, Audience = "a", SymmetricKeys = [Convert.ToBase64String(new byte[32])] }, Server),
            error => error.Contains("kept for development tokens", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Development_tokens_count_beside_an_issuer_s_each_with_its_own_key()
    {
        var key = DevelopmentKey.OfFolder(_folder);
        var issuer = new TestIssuer();
        var options = new AccessOptions { DevelopmentKeyFile = Path.Combine(_folder, DevelopmentKey.FileName) }.Takes(issuer);
        await using var host = await ApiHost.Start(ApiHost.Rules(options, Laptop));
        var now = DateTimeOffset.UtcNow;
        Assert.Equal(200, await Status(host, key.Token("anna", ApiScope.Operator, now, TimeSpan.FromHours(1))));
        Assert.Equal(200, await Status(host, issuer.Token("reader")));
        // The development key in the issuer's name, and the issuer's key in development's.
        var forged = new TestIssuer(key.Key, "HS256");
        Assert.Equal(401, await Status(host, forged.Token("operator")));
        Assert.Equal(401, await Status(host, issuer.Token("operator", token => token.Issuer = DevelopmentKey.Issuer)));

        await using var server = await ApiHost.Start(ApiHost.Rules(new AccessOptions().Takes(issuer)));
        Assert.Equal(401, await Status(server, key.Token("anna", ApiScope.Operator, now, TimeSpan.FromHours(1))));
    }

    private static List<string> Errors(AccessOptions options, AccessPlace place)
    {
        var errors = new List<string>();
        Assert.Equal(ApiAccess.Read(options, place, errors) is null, errors.Count > 0);
        return errors;
    }

    private static async Task<int> Status(ApiHost host, string token)
    {
        using var answer = await host.Get("/v1/instruments", ("Authorization", $"Bearer {token}"));
        return (int)answer.StatusCode;
    }
}
