using Microsoft.Extensions.Logging;
using StreamForge.Hosting.Tls;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Tls;
using StreamForge.Tests.Tls.Rigs;

namespace StreamForge.Tests.Tls;

/// <summary>Files that are replaced as a kubelet does, while somebody watches them.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly LogLines _logs = new();
    private readonly TestMeters _meters = new();
    private readonly TestAuthority _authority;
    private readonly ClusterFiles _files;
    private readonly ClusterIdentity _identity;
    private readonly CertificateWatch _watch;
    private readonly ILoggerFactory _loggers;

    public WatchTests()
    {
        _authority = new TestAuthority("cluster", _time);
        _files = ClusterFiles.OfSilo(_authority);
        _identity = _files.Read(isSilo: true, _time);
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_logs));
        _watch = new CertificateWatch([_identity], _time, _meters, _loggers.CreateLogger<CertificateWatch>());
    }

    public async ValueTask InitializeAsync()
    {
        await _watch.StartAsync(CancellationToken.None);
        await Waits();
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.StopAsync(CancellationToken.None);
        _watch.Dispose();
        _loggers.Dispose();
        _meters.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task A_new_certificate_is_in_use_after_the_next_look()
    {
        var before = _identity.Current;
        await Looks();
        Assert.Same(before, _identity.Current);
        var next = _authority.Issue([ClusterFiles.SiloName]);
        _files.Write(next, _authority);
        Assert.Same(before, _identity.Current);
        await Looks();
        Assert.Equal(next.Certificate.Thumbprint, _identity.Current.Certificate.Leaf.Thumbprint);
        Assert.Single(_logs.With($"new connections have the new certificate CN=test (serial {next.Certificate.SerialNumber})"));
        Assert.Equal(1, _meters.Value("streamforge.tls.certificate.reloads", "cluster"));
    }

    [Fact]
    public async Task What_cannot_be_used_changes_nothing_and_is_said_loudly_once_and_counted_each_time()
    {
        var before = _identity.Current;
        var certificate = _authority.Issue([ClusterFiles.SiloName]);
        var other = _authority.Issue([ClusterFiles.SiloName]);
        foreach (var (pem, key, authority, why) in new[]
        {
            (certificate.Pem, other.KeyPem, _authority, "holds no key that fits"),
            ("half of it", certificate.KeyPem, _authority, "tls.crt"),
            // The authorities were exchanged too early: all others would be shut out, and this process by them.
            (certificate.Pem, certificate.KeyPem, new TestAuthority("next", _time), "signed by none of our authorities"),
        })
        {
            var (said, counted) = (Errors(), _meters.Value("streamforge.tls.certificate.unusable", "cluster"));
            _files.Write(pem, key, authority);
            await Looks();
            await Looks();
            Assert.Same(before, _identity.Current);
            Assert.Equal(counted + 2, _meters.Value("streamforge.tls.certificate.unusable", "cluster"));
            Assert.Equal(said + 1, Errors());
            Assert.Contains(why, _logs.With("Error").Last(), StringComparison.Ordinal);
        }
        _files.Write(certificate, _authority);
        await Looks();
        Assert.Equal(certificate.Certificate.Thumbprint, _identity.Current.Certificate.Leaf.Thumbprint);
    }

    [Fact]
    public async Task One_that_has_expired_is_no_successor()
    {
        var before = _identity.Current;
        _files.Write(_authority.Issue([ClusterFiles.SiloName], notAfter: _time.GetUtcNow().AddSeconds(1)), _authority);
        await Looks();
        Assert.Same(before, _identity.Current);
        Assert.Equal(1, Errors());
    }

    [Fact]
    public async Task How_long_they_last_is_told_in_days()
    {
        Assert.Equal(90, _meters.Value("streamforge.tls.certificate.expires", "cluster"), 3);
        Assert.Equal(3650, _meters.Value("streamforge.tls.certificate.expires", "cluster-authorities"), 3);
        _files.Write(_authority.Issue([ClusterFiles.SiloName], notAfter: _time.GetUtcNow().AddMinutes(6)), _authority);
        await Looks();
        _time.Advance(TimeSpan.FromMinutes(12));
        Assert.Equal(-6.5 / 24 / 60, _meters.Value("streamforge.tls.certificate.expires", "cluster"), 6);
    }

    private int Errors() => _logs.With("Error").Count();

    private async Task Looks()
    {
        _time.Advance(_identity.CheckEvery);
        await Waits();
    }

    private Task Waits() => Eventually.Holds(() => _time.Waiting == 1, Deadline, "the watch waits for its next look");
}
