using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using StreamForge.Embedded.Nodes;
using StreamForge.Embedded.Scheduling;

namespace StreamForge.Embedded.Hosting;

public static class EmbeddedEngineExtensions
{
    /// <summary>
    /// Hosts grains in this process: adds the node, <see cref="IGrainFactory"/> and <see cref="IClusterClient"/>. Storages are keyed
    /// services of <see cref="Orleans.Storage.IGrainStorage"/>. An <see cref="EmbeddedCluster"/> and a <see cref="TimeProvider"/>
    /// that are already registered are used.
    /// </summary>
    /// <param name="assemblies">Where grain classes are.</param>
    /// <param name="name">The node's name, for logs and traces.</param>
    public static IServiceCollection AddEmbeddedEngine(
        this IServiceCollection services, EngineOptions options, IReadOnlyCollection<Assembly> assemblies, string name = "node")
    {
        services.TryAddSingleton(SystemTime());
        services.TryAddSingleton(_ => new EmbeddedCluster(ThreadPoolTurns.Instance));
        services.AddSingleton(provider => new EmbeddedNode(
            name,
            provider.GetRequiredService<EmbeddedCluster>(),
            new GrainCatalog(assemblies),
            options,
            provider.GetRequiredService<TimeProvider>(),
            provider,
            provider.GetRequiredService<ILogger<EmbeddedNode>>()));
        services.AddSingleton<IClusterClient>(provider => provider.GetRequiredService<EmbeddedNode>());
        services.AddSingleton<IGrainFactory>(provider => provider.GetRequiredService<EmbeddedNode>());
        services.AddHostedService<NodeLifetime>();
        return services;
    }

#pragma warning disable RS0030 // Production only: the clock of the host, where it registers no other.
    private static TimeProvider SystemTime() => TimeProvider.System;
#pragma warning restore RS0030

    private sealed class NodeLifetime(EmbeddedNode node) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            node.Start();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => node.Stop(cancellationToken);
    }
}
