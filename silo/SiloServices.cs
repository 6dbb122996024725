using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using StreamForge.Grains.Clients;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Market;
using StreamForge.Grains.State;
using StreamForge.Silo.Integrity;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming.Clients;
using StreamForge.Silo.Streaming.Market;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Silo.Telemetry;

namespace StreamForge.Silo;

/// <summary>What a process that hosts grains registers.</summary>
public static class SiloServices
{
    /// <summary>Registers the bank's path; before or after <see cref="AddMarketSilo"/>.</summary>
    public static IServiceCollection AddClientPath(this IServiceCollection services)
    {
        services.AddOptions<ClientPathOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IPath, ClientPath>();
        return services;
    }

    /// <summary>
    /// Registers what all paths share, pumps, standings, status, governed repair, and the market's path. The caller registers a <see cref="TimeProvider"/>, the
    /// <see cref="Streaming.IEventLog"/>, <see cref="IStateStore"/>, <see cref="IPartitionStore"/>, <see cref="IRepairGateway"/> and the
    /// engine; call this after the engine, so that pumps start after it and stop before it. In a cluster the engine has brought
    /// <see cref="IFeedStandings"/> and <see cref="IPlatformPeers"/> that know the other silos.
    /// </summary>
    public static IServiceCollection AddMarketSilo(this IServiceCollection services)
    {
        services.AddOptions<PumpOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<PipelineOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MarketOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ClientOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddMetrics();
        services.TryAddSingleton<IIdSource, RandomIdSource>();
        services.TryAddSingleton<IPumpSchedulers, ThreadPoolPumpSchedulers>();
        services.TryAddSingleton<IStateDirectory>(provider => provider.GetRequiredService<IStateStore>());
        services.AddSingleton<IPath, MarketPath>();
        services.AddSingleton<TopicPartitions>();
        services.AddSingleton(provider => new FeedBoard(provider.GetRequiredService<TopicPartitions>().Of));
        services.TryAddSingleton<IFeedStandings>(provider => provider.GetRequiredService<FeedBoard>());
        services.AddSingleton<IntegrityMeter>();
        services.AddSingleton<IIntegrityMeter>(provider => provider.GetRequiredService<IntegrityMeter>());
        services.AddSingleton<SourcePermits>();
        services.AddSingleton<IRepairPort, GovernedRepair>();
        services.AddSingleton<Pipeline>();
        services.AddSingleton<PlatformStatusBoard>();
        services.TryAddSingleton<IPlatformPeers, NoPeers>();
        services.AddSingleton<PumpMetrics>();
        services.AddSingleton<IHostedService>(provider =>
        {
            // Nobody asks for it: it only has to be there for its gauges to be seen.
            provider.GetRequiredService<PumpMetrics>();
            return provider.GetRequiredService<Pipeline>();
        });
        return services;
    }
}
