using Microsoft.Extensions.DependencyInjection;
using StreamForge.Silo.Operations.DeadLetters;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Operations;

/// <summary>What lets operators see to the platform.</summary>
public static class OperationsServices
{
    /// <summary>
    /// Adds operators' grains and what they work on. Before <see cref="SiloServices.AddMarketSilo"/>: its pumps heed what operators have
    /// paused.
    /// </summary>
    public static IServiceCollection AddOperations(this IServiceCollection services, OperationStores stores)
    {
        stores.Register(services);
        services.AddSingleton<PauseBoard>();
        services.AddSingleton<ActionTrail>();
        services.AddSingleton<Unparking>();
        services.AddHostedService<PauseWatch>();
        services.AddSingleton<LetterLog>();
        services.AddSingleton<LetterOrders>();
        services.AddHostedService<DeadLetterIndexer>();
        services.AddSingleton<DeadLetterTally>();
        services.AddHostedService(provider => provider.GetRequiredService<DeadLetterTally>());
        return services;
    }
}
