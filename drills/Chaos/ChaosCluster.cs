using StreamForge.Drills.Rigs;
using StreamForge.Standalone.Cluster;

namespace StreamForge.Drills.Chaos;

/// <summary>A cluster, and what befalls its silos, its connector, its client API, its database and its brokers.</summary>
internal sealed class ChaosCluster : IChaosRig
{
    private readonly ClusterRig _rig;

    private ChaosCluster(ClusterRig rig)
    {
        _rig = rig;
        Disasters =
        [
            new("kill -9 of a silo", KillSilo),
            new("a silo held, and let go", HoldSilo),
            new("SIGTERM to a silo", EndSilo),
            new("kill -9 of the connector", KillConnector),
            new("kill -9 of the client API", KillApi),
            new("crash of PostgreSQL", CrashPostgres),
            .. _rig.Brokers is null ? (IEnumerable<Disaster>)[] : [new("all connections to the brokers cut", CutBrokers)],
        ];
    }

    public ExchangeProcess Exchange => _rig.Exchange;

    public HttpClient Api => _rig.Api;

    public IReadOnlyList<Disaster> Disasters { get; }

    public string Name => $"a cluster of {_rig.Options.Silos} silos on PostgreSQL and {(_rig.Brokers is null ? "Kafka" : "mock brokers")}";

    public static async Task<ChaosCluster> Start(ClusterRigOptions options, CancellationToken cancellation) =>
        new(await ClusterRig.Start(options, cancellation));

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private int AnySilo(Random random) => random.Next(_rig.Processes.Silos.Count) + 1;

    private async Task KillSilo(Random random, CancellationToken cancellation)
    {
        var silo = AnySilo(random);
        await _rig.Processes.Silos[silo - 1].Kill();
        await Chance.Pause(random, 5, cancellation);
        _rig.Processes.RestartSilo(silo);
    }

    private async Task EndSilo(Random random, CancellationToken cancellation)
    {
        var silo = AnySilo(random);
        var process = _rig.Processes.Silos[silo - 1];
        // One that has just been started takes a while until it listens to signals.
        process.Send(UnixSignal.Terminate);
        await ClusterRig.Ended(process, TimeSpan.FromSeconds(40));
        await Chance.Pause(random, 3, cancellation);
        _rig.Processes.RestartSilo(silo);
    }

    /// <summary>Shorter than its session, or longer: then it ends by itself, and is replaced.</summary>
    private async Task HoldSilo(Random random, CancellationToken cancellation)
    {
        var silo = AnySilo(random);
        var process = _rig.Processes.Silos[silo - 1];
        process.Send(UnixSignal.Stop);
        await Chance.Pause(random, 12, cancellation);
        process.Send(UnixSignal.Continue);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(TimeSpan.FromSeconds(8));
        await process.Exited(late.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (process.HasExited)
            _rig.Processes.RestartSilo(silo);
    }

    private async Task KillConnector(Random random, CancellationToken cancellation)
    {
        await _rig.Processes.Connector.Kill();
        await Chance.Pause(random, 3, cancellation);
        _rig.Processes.StartConnector();
    }

    private async Task KillApi(Random random, CancellationToken cancellation)
    {
        await _rig.Processes.Api.Kill();
        await Chance.Pause(random, 2, cancellation);
        _rig.Processes.StartApi();
    }

    private async Task CrashPostgres(Random random, CancellationToken cancellation)
    {
        _rig.Postgres.Crash();
        try
        {
            await Chance.Pause(random, 3, cancellation);
        }
        finally
        {
            _rig.Postgres.Start();
        }
    }

    private async Task CutBrokers(Random random, CancellationToken cancellation)
    {
        _rig.Brokers!.Send(UnixSignal.User1);
        try
        {
            await Chance.Pause(random, 4, cancellation);
        }
        finally
        {
            _rig.Brokers.Send(UnixSignal.User2);
        }
    }
}
