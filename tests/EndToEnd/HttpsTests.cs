using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using StreamForge.Silo.Engine;
using StreamForge.Tests.EndToEnd.Support;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Tls;

namespace StreamForge.Tests.EndToEnd;

/// <summary>The programs serve HTTPS where they are given a certificate, and say in a line what is wrong with one.</summary>
public sealed class HttpsTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private readonly TempFolder _folder = new();
    private readonly TestAuthority _authority = new("root", TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Up_serves_HTTPS_by_two_options()
    {
        var (certificate, key) = Write(_authority.Issue(["localhost"]));
        using var up = Up("--tls-cert", certificate, "--tls-key", key);
        var address = new Uri(await up.Says("instruments  ", Deadline));
        Assert.Equal("https", address.Scheme);
        using var http = Trusting(_authority);
        Assert.Contains("\"items\"", await http.GetStringAsync(new Uri($"https://localhost:{address.Port}/v1/instruments")), StringComparison.Ordinal);
        using var stranger = Trusting(new TestAuthority("foreign", TimeProvider.System));
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(new Uri($"https://localhost:{address.Port}/health/live")));
    }

    [Fact]
    public async Task A_key_that_does_not_fit_is_one_line_and_nothing_is_opened()
    {
        var (certificate, _) = Write(_authority.Issue(["localhost"]));
        var other = Path.Combine(_folder.Path, "other.key");
        await File.WriteAllTextAsync(other, _authority.Issue(["localhost"]).KeyPem);
        using var up = Up("--tls-cert", certificate, "--tls-key", other);
        Assert.Equal(1, await up.Exit(Deadline));
        Assert.Contains($"StreamForge:Https: {other}: holds no key that fits", Assert.Single(up.Errors), StringComparison.Ordinal);
        using var half = Up("--tls-key", other);
        Assert.Equal(2, await half.Exit(Deadline));
        Assert.Contains("--tls-key goes with --tls-cert", half.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_api_listens_by_HTTPS_where_its_address_says_so_and_wants_a_certificate_then()
    {
        Assert.SkipWhen(GrainEngine.Name != "orleans", "The engine is embedded: there is no client API of its own.");
        var (certificate, key) = Write(_authority.Issue(["localhost"]));
        using (var api = Api("https://127.0.0.1:0", $"--StreamForge:Https:Certificate={certificate}", $"--StreamForge:Https:Key={key}"))
        {
            var address = new Uri(await api.Says("up at ", Deadline));
            using var http = Trusting(_authority);
            Assert.Contains("live", await http.GetStringAsync(new Uri($"https://localhost:{address.Port}/health/live")), StringComparison.Ordinal);
        }
        using var without = Api("https://127.0.0.1:0");
        Assert.Equal(1, await without.Exit(Deadline));
        Assert.Contains("StreamForge:Https: Certificate must be set", await without.Says("settings: ", Deadline), StringComparison.Ordinal);
        using var unused = Api("http://127.0.0.1:0", $"--StreamForge:Https:Certificate={certificate}", $"--StreamForge:Https:Key={key}");
        Assert.Equal(1, await unused.Exit(Deadline));
        Assert.Contains("no address of the API is one of HTTPS", await unused.Says("settings: ", Deadline), StringComparison.Ordinal);
    }

    private ChildProcess Up(params string[] more) =>
        new(["up", "--headless", "--data", _folder.Path, "--port", "0", "--instruments", "2", "--rate", "20", .. more]);

    private static ChildProcess Api(string url, params string[] more) => new(
        "StreamForge.ApiHost",
        new Dictionary<string, string> { ["StreamForge__Cluster__ConnectionString"] = "Host=/nowhere;Username=nobody" },
        [$"--StreamForge:Api:Url={url}", "--environment=Development", .. more]);

    private (string Certificate, string Key) Write(TestCertificate certificate)
    {
        var (file, key) = (Path.Combine(_folder.Path, "tls.crt"), Path.Combine(_folder.Path, "tls.key"));
        File.WriteAllText(file, certificate.Pem);
        File.WriteAllText(key, certificate.KeyPem);
        return (file, key);
    }

    private static HttpClient Trusting(TestAuthority authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(authority.Pem));
        return new HttpClient(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } });
    }
}
