using StreamForge.Development;
using StreamForge.Drills.Checking;
using StreamForge.Drills.Rigs;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd.Support;

/// <summary>
/// One cluster of three silos under load for all tests that hurt one: starting it costs more than most of what is done to it. Each test leaves
/// it whole.
/// </summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private readonly TempFolder _folder = new();
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
            _rig = await ClusterRig.Start(new ClusterRigOptions { Folder = _folder.Path }, CancellationToken.None);
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
    }
}

[CollectionDefinition(Name)]
public sealed class ClusterCollection : ICollectionFixture<ClusterFixture>
{
    public const string Name = "cluster";
}
