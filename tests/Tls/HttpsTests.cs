using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamForge.Hosting.Tls;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Tls;

namespace StreamForge.Tests.Tls;

/// <summary>HTTPS of the client API's hosts: real requests to Kestrel.</summary>
public sealed class HttpsTests : IAsyncLifetime
{
    private const string Name = "api.streamforge.test";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly TempFolder _folder = new();
    private readonly MountedSecret _secret;
    private readonly TestAuthority _root = new("root", TimeProvider.System);
    private readonly TestAuthority _between;
    private readonly ManualTime _time = new(TimeProvider.System.GetUtcNow());
    private WebApplication _app = null!;
    private ApiCertificate _certificate = null!;

    public HttpsTests()
    {
        _secret = new MountedSecret(_folder.Path);
        _between = new TestAuthority("between", TimeProvider.System, _root);
    }

    public async ValueTask InitializeAsync()
    {
        Write(_between.Issue([Name]));
        var errors = new List<string>();
        _certificate = ApiCertificate.Read(
            new HttpsOptions { Certificate = _secret.File("tls.crt"), Key = _secret.File("tls.key") }, _time, errors)
            ?? throw new InvalidOperationException(string.Concat(errors));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("https://127.0.0.1:0", "http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.AddApiHttps(_certificate);
        _app = builder.Build();
        _app.UseApiHsts(_certificate);
        _app.MapGet("/", static () => "hello");
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_caller_who_trusts_the_root_only_is_answered_and_told_to_stay_with_HTTPS()
    {
        using var http = Client(out _);
        using var answer = await http.GetAsync(new Uri($"https://{Name}/"));
        Assert.Equal("hello", await answer.Content.ReadAsStringAsync());
        Assert.Equal("max-age=2592000", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
        // Not over plain HTTP, where anybody could say so, nor for loopback, which others share.
        using var plain = new HttpClient();
        using var open = await plain.GetAsync(new Uri(Address("http"), "/"));
        Assert.False(open.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task A_new_certificate_is_shown_to_new_connections_and_those_that_are_there_go_on()
    {
        using var before = Client(out var seenBefore);
        Assert.Equal("hello", await before.GetStringAsync(new Uri($"https://{Name}/")));
        var next = _between.Issue([Name]);
        Write(next);
        await Eventually.Holds(() => _time.Waiting > 0, Deadline, "the watch waits");
        _time.Advance(TimeSpan.FromSeconds(30));
        await Eventually.Holds(() => _certificate.Current.TargetCertificate.Thumbprint == next.Certificate.Thumbprint, Deadline, "it is in use");
        Assert.Equal("hello", await before.GetStringAsync(new Uri($"https://{Name}/")));
        Assert.Single(seenBefore);
        using var after = Client(out var seenAfter);
        Assert.Equal("hello", await after.GetStringAsync(new Uri($"https://{Name}/")));
        Assert.Equal(next.Certificate.SerialNumber, Assert.Single(seenAfter));
        Assert.NotEqual(Assert.Single(seenBefore), Assert.Single(seenAfter));
    }

    [Fact]
    public async Task Plain_HTTP_at_the_port_of_TLS_has_no_answer_nor_TLS_at_that_of_plain_HTTP()
    {
        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new Uri($"http://127.0.0.1:{Address("https").Port}/")));
        using var http = Client(out _, port: Address("http").Port);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri($"https://{Name}/")));
    }

    [Fact]
    public async Task A_caller_who_trusts_somebody_else_does_not_ask()
    {
        using var http = Client(out _, trusts: new TestAuthority("foreign", TimeProvider.System));
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri($"https://{Name}/")));
    }

    private void Write(TestCertificate certificate) =>
        _secret.Write(("tls.crt", certificate.Pem + "\n" + _between.Pem), ("tls.key", certificate.KeyPem));

    private Uri Address(string scheme) => new(_app.Urls.Single(url => url.StartsWith(scheme + ":", StringComparison.Ordinal)));

    /// <param name="serials">Of the certificates that its connections were shown.</param>
    private HttpClient Client(out List<string> serials, TestAuthority? trusts = null, int? port = null)
    {
        var seen = serials = [];
        var policy = PeerJudge.Policy([X509Certificate2.CreateFromPem((trusts ?? _root).Pem)], PeerUse.Server, TimeProvider.System.GetUtcNow());
        return new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync("127.0.0.1", port ?? Address("https").Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                {
                    seen.Add(certificate!.GetSerialNumberString());
                    return errors == SslPolicyErrors.None;
                },
            },
        }) { Timeout = Deadline };
    }
}
