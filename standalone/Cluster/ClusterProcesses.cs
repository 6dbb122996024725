using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using StreamForge.ClientApi.Access.Development;
using StreamForge.Standalone.Commands;

namespace StreamForge.Standalone.Cluster;

/// <summary>The processes of a cluster on this machine: silos, connector, client API.</summary>
internal sealed class ClusterProcesses : IDisposable
{
    private static readonly TimeSpan SourceEnd = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan ApiEnd = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan SiloEnd = TimeSpan.FromSeconds(22);
    private readonly List<ManagedProcess> _silos = [];

    private ClusterProcesses(ManagedProcess connector, ManagedProcess api) => (Connector, Api) = (connector, api);

    public IReadOnlyList<ManagedProcess> Silos => _silos;

    public ManagedProcess Connector { get; }

    public ManagedProcess Api { get; }

    public IEnumerable<ManagedProcess> All => [.. _silos, Connector, Api];

    public static ClusterProcesses Start(ClusterPlan plan, IReadOnlyDictionary<string, string> surroundings)
    {
        var environment = new Dictionary<string, string>(surroundings)
        {
            ["StreamForge__Pipeline__Partitions"] = plan.Partitions.ToString(CultureInfo.InvariantCulture),
            // Many processes share one machine: each with a heap and a collector a core would be too much.
            ["DOTNET_gcServer"] = "0",
        };
        var started = new List<ManagedProcess>();
        try
        {
            var ports = FreePorts(3 * plan.Silos);
            for (var i = 0; i < plan.Silos; i++)
                started.Add(StartSilo(plan, $"silo-{i + 1}", ports.AsSpan(3 * i, 3), environment));
            var connector = ManagedProcess.Start(
                "connector", "StreamForge.Standalone", ["connector", .. MarketArguments.Write(plan.Market)], environment, LogOf(plan, "connector"));
            started.Add(connector);
            var api = ManagedProcess.Start(
                "client-api", "StreamForge.ApiHost", [$"--StreamForge:Api:Url=http://127.0.0.1:{plan.Port}", .. Access(plan)], environment, LogOf(plan, "client-api"));
            started.Add(api);
            var all = new ClusterProcesses(connector, api);
            all._silos.AddRange(started.Take(plan.Silos));
            return all;
        }
        catch
        {
            started.ForEach(process => process.Dispose());
            throw;
        }
    }

    /// <summary>Ends all: what brings events first, then who reads, then the silos, at once.</summary>
    /// <returns>Those that did not end well.</returns>
    public async Task<IReadOnlyList<ManagedProcess>> End()
    {
        var ill = new List<ManagedProcess>();
        async Task EndOne(ManagedProcess process, TimeSpan within)
        {
            if (!process.HasExited && !await process.End(within))
                lock (ill)
                    ill.Add(process);
        }
        await Task.WhenAll(EndOne(Connector, SourceEnd), EndOne(Api, ApiEnd));
        await Task.WhenAll(_silos.Select(silo => EndOne(silo, SiloEnd)));
        return ill;
    }

    public void Dispose()
    {
        foreach (var process in All)
            process.Dispose();
    }

    private static ManagedProcess StartSilo(
        ClusterPlan plan, string name, ReadOnlySpan<int> ports, Dictionary<string, string> environment) => ManagedProcess.Start(
        name,
        "StreamForge.SiloHost",
        [
            $"--StreamForge:Silo:Name={name}",
            "--StreamForge:Silo:Address=127.0.0.1",
            $"--StreamForge:Silo:Port={ports[0]}",
            $"--StreamForge:Silo:GatewayPort={ports[1]}",
            $"--StreamForge:Silo:HealthUrl=http://127.0.0.1:{ports[2]}",
        ],
        environment,
        LogOf(plan, name));

    /// <summary>What is on loopback for a developer takes the tokens that are printed; anything else is configured.</summary>
    private static IEnumerable<string> Access(ClusterPlan plan) => plan.Development is null
        ? [$"--environment={HostEnvironment.Name}"]
        : [
            $"--environment={Environments.Development}",
            $"--StreamForge:Access:DevelopmentKeyFile={Path.Combine(plan.Market.DataFolder, DevelopmentKey.FileName)}",
        ];

    private static string LogOf(ClusterPlan plan, string name) => Path.Combine(plan.LogFolder, name + ".log");

    /// <summary>All at once, so that none is given twice.</summary>
    private static int[] FreePorts(int count)
    {
        var probes = new List<TcpListener>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var probe = new TcpListener(IPAddress.Loopback, 0);
                probe.Start();
                probes.Add(probe);
            }
            return [.. probes.Select(probe => ((IPEndPoint)probe.LocalEndpoint).Port)];
        }
        finally
        {
            probes.ForEach(probe => probe.Dispose());
        }
    }
}
