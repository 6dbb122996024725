using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using StreamForge.ClientApi.Access.Development;
using StreamForge.Standalone.Commands;

namespace StreamForge.Standalone.Cluster;

/// <summary>The processes of a cluster on this machine: silos, connector, client API. Each can be started again, and silos added.</summary>
internal sealed class ClusterProcesses : IDisposable
{
    private static readonly TimeSpan SourceEnd = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan ApiEnd = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan SiloEnd = TimeSpan.FromSeconds(22);
    private readonly ClusterPlan _plan;
    private readonly Dictionary<string, string> _environment;
    private readonly List<ManagedProcess> _silos = [];
    private readonly List<ManagedProcess> _former = [];

    private ClusterProcesses(ClusterPlan plan, IReadOnlyDictionary<string, string> surroundings)
    {
        _plan = plan;
        _environment = new Dictionary<string, string>(surroundings)
        {
            ["StreamForge__Pipeline__Partitions"] = plan.Partitions.ToString(CultureInfo.InvariantCulture),
            // Many processes share one machine: each with a heap and a collector a core would be too much.
            ["DOTNET_gcServer"] = "0",
        };
        foreach (var (name, value) in plan.Settings)
            _environment[name] = value;
    }

    /// <summary>In order of their numbers, which begin at 1; each the latest of its number.</summary>
    public IReadOnlyList<ManagedProcess> Silos => _silos;

    /// <summary>Precedes all names at the brokers.</summary>
    public string Prefix => _plan.Prefix;

    public ManagedProcess Connector { get; private set; } = null!;

    public ManagedProcess Api { get; private set; } = null!;

    public IEnumerable<ManagedProcess> All => [.. _silos, Connector, Api];

    public static ClusterProcesses Start(ClusterPlan plan, IReadOnlyDictionary<string, string> surroundings)
    {
        var all = new ClusterProcesses(plan, surroundings);
        try
        {
            for (var i = 0; i < plan.Silos; i++)
                all.AddSilo();
            all.StartConnector();
            all.StartApi();
            return all;
        }
        catch
        {
            all.Dispose();
            throw;
        }
    }

    /// <summary>One more silo, under the next number.</summary>
    /// <param name="settings">In place of those of the others.</param>
    public ManagedProcess AddSilo(params IEnumerable<string> settings)
    {
        var added = StartSilo(_silos.Count + 1, settings);
        _silos.Add(added);
        return added;
    }

    /// <summary>Starts a silo again that has ended: a new member of the same name.</summary>
    public ManagedProcess RestartSilo(int number, params IEnumerable<string> settings)
    {
        _former.Add(_silos[number - 1]);
        return _silos[number - 1] = StartSilo(number, settings);
    }

    public void StartConnector()
    {
        Retire(Connector);
        Connector = ManagedProcess.Start(
            "connector", "StreamForge.Standalone", ["connector", .. MarketArguments.Write(_plan.Market)], _environment, LogOf("connector"));
    }

    public void StartApi()
    {
        Retire(Api);
        Api = ManagedProcess.Start(
            "client-api", "StreamForge.ApiHost", [$"--StreamForge:Api:Url=http://127.0.0.1:{_plan.Port}", .. Access(_plan)], _environment, LogOf("client-api"));
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
        // One that could not be started leaves others behind.
        foreach (var process in _former.Concat(_silos).Append(Connector).Append(Api))
            process?.Dispose();
    }

    public string LogOf(string name) => Path.Combine(_plan.LogFolder, name + ".log");

    /// <summary>What is on loopback for a developer takes the tokens that are printed; anything else is configured.</summary>
    private static IEnumerable<string> Access(ClusterPlan plan) => plan.Development is null
        ? [$"--environment={HostEnvironment.Name}"]
        : [
            $"--environment={Environments.Development}",
            $"--StreamForge:Access:DevelopmentKeyFile={Path.Combine(plan.Market.DataFolder, DevelopmentKey.FileName)}",
        ];

    private void Retire(ManagedProcess? process)
    {
        if (process is not null)
            _former.Add(process);
    }

    private ManagedProcess StartSilo(int number, IEnumerable<string> settings)
    {
        var name = $"silo-{number}";
        var ports = FreePorts(3);
        return ManagedProcess.Start(
            name,
            "StreamForge.SiloHost",
            [
                $"--StreamForge:Silo:Name={name}",
                "--StreamForge:Silo:Address=127.0.0.1",
                $"--StreamForge:Silo:Port={ports[0]}",
                $"--StreamForge:Silo:GatewayPort={ports[1]}",
                $"--StreamForge:Silo:HealthUrl=http://127.0.0.1:{ports[2]}",
                .. settings,
            ],
            _environment,
            LogOf(name));
    }

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
