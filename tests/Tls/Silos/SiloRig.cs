using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using StreamForge.Hosting;
using StreamForge.Hosting.Tls;
using StreamForge.Tests.Tls.Rigs;

namespace StreamForge.Tests.Tls.Silos;

/// <summary>Silos and clients of Orleans in this process, with connections and logs of their own.</summary>
internal sealed class SiloRig : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromSeconds(1);
    private readonly List<IHost> _hosts = [];
    private readonly int _gateway = FreePort();
    private readonly string _clusterId = Guid.NewGuid().ToString("N");

    /// <summary>Who belongs to the cluster.</summary>
    public MembersInMemory Members { get; } = new();

    /// <summary>Starts a silo; the first one is the gateway of clients.</summary>
    /// <returns>What it logs.</returns>
    public async Task<LogLines> StartSilo(ClusterIdentity? identity)
    {
        var logs = new LogLines();
        await StartSilo(identity, logs, givesUp: false);
        return logs;
    }

    /// <summary>Starts one that nobody will take: it gives up soon.</summary>
    /// <exception cref="OrleansException">It did not become a member.</exception>
    public Task StartStranger(ClusterIdentity? identity, LogLines logs) => StartSilo(identity, logs, givesUp: true);

    private async Task StartSilo(ClusterIdentity? identity, LogLines logs, bool givesUp)
    {
        var gateway = _hosts.Count == 0 ? _gateway : 0;
        var builder = Builder(logs);
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(ids => ids.ClusterId = ids.ServiceId = _clusterId);
            silo.ConfigureEndpoints(IPAddress.Loopback, FreePort(), gateway);
            silo.Services.AddSingleton<IMembershipTable>(Members);
            silo.UseClusterLinks(identity);
            if (givesUp)
                silo.Configure<ClusterMembershipOptions>(static membership =>
                {
                    membership.MaxJoinAttemptTime = GivesUpAfter;
                    membership.ProbeTimeout = GivesUpAfter / 2;
                });
            // Nobody ends another who takes his time, or himself.
            silo.Configure<ClusterMembershipOptions>(static membership => membership.EvictWhenMaxJoinAttemptTimeExceeded = false);
        });
        await Start(builder, CancellationToken.None);
    }

    /// <summary>Connects a client.</summary>
    /// <param name="cancellation">Gives up: one that nobody takes tries on and on.</param>
    public async Task<IClusterClient> Connect(ClusterIdentity? identity, LogLines? logs = null, CancellationToken cancellation = default)
    {
        var builder = Builder(logs ?? new LogLines());
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(ids => ids.ClusterId = ids.ServiceId = _clusterId);
            client.UseStaticClustering(new IPEndPoint(IPAddress.Loopback, _gateway));
            client.UseClusterLinks(identity);
        });
        return (await Start(builder, cancellation)).Services.GetRequiredService<IClusterClient>();
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _hosts.Count - 1; i >= 0; i--)
        {
            using var late = new CancellationTokenSource(Deadline);
            await _hosts[i].StopAsync(late.Token);
            _hosts[i].Dispose();
        }
    }

    private async Task<IHost> Start(HostApplicationBuilder builder, CancellationToken cancellation)
    {
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellation);
        }
        catch
        {
            host.Dispose();
            throw;
        }
        _hosts.Add(host);
        return host;
    }

    private static HostApplicationBuilder Builder(LogLines logs)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        // As the programs have it.
        builder.Logging.AddProvider(new QuietConsole(logs));
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        return builder;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
