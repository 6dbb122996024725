#if ENGINE_ORLEANS
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Serialization;

namespace StreamForge.Hosting;

/// <summary>Makes a process a client of the cluster: it finds silos by their table and reaches grains through any of them.</summary>
internal static class ClusterClient
{
    /// <summary>Adds the client; <see cref="Orleans.IGrainFactory"/> and <see cref="Orleans.IClusterClient"/> become services. The host's start waits for a silo.</summary>
    /// <param name="traced">Calls carry the trace that they are part of.</param>
    /// <param name="contracts">Where grains' interfaces are.</param>
    public static void AddClusterClient(this IHostApplicationBuilder builder, ClusterSettings cluster, bool traced, params Assembly[] contracts) =>
        builder.UseOrleansClient(client =>
        {
            if (traced)
                client.AddActivityPropagation();
            client.Configure<ClusterOptions>(ids =>
            {
                ids.ClusterId = cluster.ClusterId;
                ids.ServiceId = cluster.ServiceId;
            });
            client.UseClusterLinks(cluster.Identity);
            client.UseAdoNetClustering(provider =>
            {
                provider.Invariant = ClusterSettings.Invariant;
                provider.ConnectionString = cluster.ProviderConnectionString;
            });
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = cluster.ClientTimeout);
            client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = cluster.GatewayRefresh);
            client.UseConnectionRetryFilter<PatientConnection>();
            client.Services.AddSerializer(serializer =>
            {
                foreach (var assembly in contracts)
                    serializer.AddAssembly(assembly);
            });
        });

    /// <summary>
    /// As <see cref="AddClusterClient"/>, but the host's start does not wait for a silo. <see cref="StartedBeside"/> tells whether there is one;
    /// until then nothing can be asked of a grain.
    /// </summary>
    public static void AddLateClusterClient(this IHostApplicationBuilder builder, ClusterSettings cluster, bool traced, params Assembly[] contracts)
    {
        var services = builder.Services;
        var before = services.Count;
        builder.AddClusterClient(cluster, traced, contracts);
        // The client itself is one of the host's services, which start one after the other.
        // It is made by a factory; what watches its certificate is not.
        var client = services.Skip(before).Single(
            static service => service.ServiceType == typeof(IHostedService) && service.ImplementationFactory is not null);
        services.Remove(client);
        services.AddSingleton(provider => new StartedBeside((IHostedService)client.ImplementationFactory!(provider)));
        services.AddHostedService(static provider => provider.GetRequiredService<StartedBeside>());
    }
}
#endif
