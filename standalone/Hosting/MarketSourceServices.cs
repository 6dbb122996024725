using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Integrity;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Paths;

namespace StreamForge.Standalone.Hosting;

/// <summary>Puts what feeds a platform into its host.</summary>
internal static class MarketSourceServices
{
    /// <summary>
    /// Adds the <see cref="MarketSource"/>, which starts after what was added before. Needs an event log, <see cref="SourcePermits"/> and a
    /// <see cref="ConnectorGateway"/>.
    /// </summary>
    public static void AddMarketSource(this IServiceCollection services, MarketSetup feed)
    {
        services.AddSingleton(provider => new MarketSource(
            feed.Venues,
            feed.Exchange,
            provider.GetRequiredService<IEventLog>(),
            provider.GetRequiredService<IOptions<PipelineOptions>>().Value.Partitions,
            provider.GetRequiredService<ConnectorGateway>(),
            provider.GetRequiredService<SourcePermits>(),
            provider.GetRequiredService<IIdSource>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddHostedService(provider => provider.GetRequiredService<MarketSource>());
    }
}
