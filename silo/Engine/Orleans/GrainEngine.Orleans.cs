#if ENGINE_ORLEANS
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Serialization;

namespace StreamForge.Silo.Engine;

public static partial class GrainEngine
{
    private const string EngineName = "orleans";

    static partial void AddEngine(IHostApplicationBuilder builder, GrainEngineOptions options)
    {
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            // A cluster of one, on loopback, without a gateway: several platforms can run on one machine.
            silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: 0);
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
