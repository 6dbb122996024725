#if ENGINE_ORLEANS
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Serialization;
using Orleans.Storage;

namespace StreamForge.Silo.Engine;

public static partial class GrainEngine
{
    private const string EngineName = "orleans";

    /// <summary>As <see cref="AddGrainEngine{TBuilder}(TBuilder, GrainEngineOptions, Func{IServiceProvider, IGrainStorage})"/>, as a member of a cluster.</summary>
    /// <param name="clustering">Says where the other members are found, and how silos reach this one.</param>
    public static TBuilder AddGrainEngine<TBuilder>(
        this TBuilder builder, GrainEngineOptions options, Func<IServiceProvider, IGrainStorage> checkpointStorage,
        Action<ISiloBuilder> clustering)
        where TBuilder : IHostApplicationBuilder
    {
        AddStorage(builder, options, checkpointStorage);
        AddSilo(builder, options, clustering);
        return builder;
    }

    // A cluster of one, on loopback, without a gateway: several platforms can run on one machine.
    static partial void AddEngine(IHostApplicationBuilder builder, GrainEngineOptions options) =>
        AddSilo(builder, options, silo => silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: 0));

    private static void AddSilo(IHostApplicationBuilder builder, GrainEngineOptions options, Action<ISiloBuilder> clustering)
    {
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            clustering(silo);
            silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = options.ResponseTimeout);
            silo.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = options.ResponseTimeout);
            silo.Configure<GrainCollectionOptions>(collection =>
            {
                collection.CollectionQuantum = TimeSpan.FromTicks(
                    Math.Min(options.CollectionAge.Ticks / 4, TimeSpan.TicksPerMinute));
                collection.CollectionAge = options.CollectionAge;
                collection.ActivationTimeout = options.ActivationTimeout;
                collection.DeactivationTimeout = options.ActivationTimeout;
            });
            silo.Services.AddSerializer(serializer =>
            {
                foreach (var assembly in options.GrainAssemblies)
                    serializer.AddAssembly(assembly);
            });
        });
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
#endif
