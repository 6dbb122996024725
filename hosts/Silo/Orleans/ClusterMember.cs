using System.Net;
using Orleans.Configuration;
using Orleans.Hosting;
using StreamForge.Hosting;

namespace StreamForge.SiloHost;

/// <summary>Makes a silo a member of the cluster: membership, reminders and default grain storage in PostgreSQL.</summary>
internal static class ClusterMember
{
    // Three lives of a row: who crashed hours ago explains nothing any more.
    private static readonly TimeSpan DefunctAfter = TimeSpan.FromHours(1);

    public static void Join(ISiloBuilder silo, ClusterSettings cluster, SiloHostOptions options)
    {
        var connection = cluster.ProviderConnectionString;
        silo.Configure<ClusterOptions>(ids =>
        {
            ids.ClusterId = cluster.ClusterId;
            ids.ServiceId = cluster.ServiceId;
        });
        silo.UseClusterLinks(cluster.Identity);
        silo.Configure<SiloOptions>(names => names.SiloName = options.Name);
        if (options.Address is { } address)
            silo.ConfigureEndpoints(IPAddress.Parse(address), options.Port, options.GatewayPort);
        else
            silo.ConfigureEndpoints(options.Port, options.GatewayPort);
        silo.UseAdoNetClustering(provider =>
        {
            provider.Invariant = ClusterSettings.Invariant;
            provider.ConnectionString = connection;
        });
        silo.UseAdoNetReminderService(provider =>
        {
            provider.Invariant = ClusterSettings.Invariant;
            provider.ConnectionString = connection;
        });
        silo.AddAdoNetGrainStorageAsDefault(provider =>
        {
            provider.Invariant = ClusterSettings.Invariant;
            provider.ConnectionString = connection;
        });
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = cluster.ProbeTimeout;
            membership.MaxProbeTimeout = cluster.MaxProbeTimeout;
            membership.NumMissedProbesLimit = cluster.MissedProbes;
            membership.TableRefreshTimeout = cluster.TableRefresh;
            membership.IAmAliveTablePublishTimeout = cluster.AliveInterval;
            membership.DefunctSiloExpiration = DefunctAfter;
        });
    }
}
