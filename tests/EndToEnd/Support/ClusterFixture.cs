using StreamForge.Development;
using StreamForge.Drills.Checking;
using StreamForge.Drills.Rigs;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Tls;

namespace StreamForge.Tests.EndToEnd.Support;

/// <summary>
/// One cluster of three silos under load, over TLS with certificates on both sides, for all tests that hurt one: starting it costs more than most of what is done to it. Each test leaves
/// it whole.
/// </summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private readonly TempFolder _folder = new();
    private readonly TempFolder _secret = new();
    private ClusterRig? _rig;

    /// <summary>Why there is none on this machine.</summary>
    private string? _absent;

    /// <summary>The cluster; the test is skipped where there can be none.</summary>
    internal ClusterRig Rig
    {
        get
        {
            Assert.SkipWhen(_absent is not null, _absent ?? "");
            return _rig!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        _absent = GrainEngine.Name != "orleans" ? "The engine is embedded, which never leaves one process: a cluster needs Orleans."
            : PostgresCluster.FindPrograms() is null ? "PostgreSQL is not installed (initdb, pg_ctl): a cluster needs one."
            : KafkaNative.IsAvailable(out var problem) ? null : problem;
        if (_absent is null)
            _rig = await ClusterRig.Start(new ClusterRigOptions { Folder = _folder.Path, Settings = Tls(_secret.Path) }, CancellationToken.None);
    }

    /// <summary>All its processes talk to each other over TLS.</summary>
    private static Dictionary<string, string> Tls(string folder)
    {
        const string Silo = "silo.streamforge.test";
        var authority = new TestAuthority("cluster", TimeProvider.System);
        var certificate = authority.Issue([Silo]);
        var secret = new MountedSecret(folder);
        secret.Write(("tls.crt", certificate.Pem), ("tls.key", certificate.KeyPem), ("ca.crt", authority.Pem));
        return new()
        {
            ["StreamForge__Cluster__Tls__Certificate"] = secret.File("tls.crt"),
            ["StreamForge__Cluster__Tls__Key"] = secret.File("tls.key"),
            ["StreamForge__Cluster__Tls__Authorities"] = secret.File("ca.crt"),
            ["StreamForge__Cluster__Tls__SiloName"] = Silo,
        };
    }

    /// <summary>All are live, and all that the platform serves equals what the exchange says.</summary>
    internal async Task EndsWell()
    {
        await Rig.AllLive(Deadline);
        await new MarketCheck(Rig.Exchange, Rig.Api).Equal(Deadline);
    }

    public async ValueTask DisposeAsync()
    {
        if (_rig is not null)
            await _rig.DisposeAsync();
        _folder.Dispose();
        _secret.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class ClusterCollection : ICollectionFixture<ClusterFixture>
{
    public const string Name = "cluster";
}
