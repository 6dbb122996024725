#if ENGINE_ORLEANS
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.Runtime.Hosting;
using Orleans.Runtime.Placement;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Silo.Telemetry;

namespace StreamForge.Silo.Cluster;

/// <summary>What makes silos know of each other's partitions, and grains live where they are fed.</summary>
internal static class SiloTalkServices
{
    /// <summary>Lets the silo hear how feeds stand elsewhere, and say how its own do. Before <see cref="SiloServices.AddMarketSilo"/>.</summary>
    /// <param name="homePlacement">Off: grains live anywhere.</param>
    public static ISiloBuilder AddSiloTalk(this ISiloBuilder silo, bool homePlacement = true)
    {
        var services = silo.Services;
        services.AddSingleton(provider => new ClusterStandings(
            provider.GetRequiredService<FeedBoard>(),
            provider.GetRequiredService<TopicPartitions>().Of,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IFeedStandings>(provider => provider.GetRequiredService<ClusterStandings>());
        services.AddSingleton<SiloPeers>();
        services.AddSingleton<IPlatformPeers>(provider => provider.GetRequiredService<SiloPeers>());
        services.AddHostedService<StandingsExchange>();
        services.AddHostedService<MemberMetrics>();
        if (homePlacement)
        {
            services.AddSingleton<IPlacementStrategyResolver, HomePlacementResolver>();
            services.AddPlacementDirector<HomePlacement, HomePlacementDirector>();
        }
        services.AddSingleton(new HomeKeeping(homePlacement));
        silo.AddIncomingGrainCallFilter<HomeKeeper>();
        return silo.AddGrainService<SiloTalk>();
    }
}
#endif
