#if ENGINE_ORLEANS
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Hosting;
using StreamForge.Hosting.Tls;

namespace StreamForge.Hosting;

/// <summary>How the processes of a cluster talk to each other: over TLS with certificates on both sides, or in plain text.</summary>
internal static class ClusterLinks
{
    private const string Silos = "silos";
    private const string Clients = "clients";

    /// <param name="identity">None: plain text.</param>
    public static void UseClusterLinks(this ISiloBuilder silo, ClusterIdentity? identity)
    {
        AddLinks(silo.Services, identity);
        silo.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureSiloInboundConnection(builder => Inbound(builder, identity, Silos));
            connections.ConfigureGatewayInboundConnection(builder => Inbound(builder, identity, Clients));
            connections.ConfigureSiloOutboundConnection(builder => Outbound(builder, identity));
        });
    }

    /// <param name="identity">None: plain text.</param>
    public static void UseClusterLinks(this IClientBuilder client, ClusterIdentity? identity)
    {
        AddLinks(client.Services, identity);
        client.Configure<ClientConnectionOptions>(connections => connections.ConfigureConnection(builder => Outbound(builder, identity)));
    }

    private static void AddLinks(IServiceCollection services, ClusterIdentity? identity)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RefusalLog>();
        if (identity is not null)
            services.AddWatchedCertificate(identity);
    }

    private static void Inbound(IConnectionBuilder builder, ClusterIdentity? identity, string port)
    {
        var refusals = builder.ApplicationServices.GetRequiredService<RefusalLog>();
        if (identity is null)
        {
            var plain = new PlainLink(refusals);
            builder.Use(next => context => plain.OnConnection(context, next, port));
            return;
        }
        var names = port == Silos ? [identity.Options.SiloName!] : identity.Options.NamesOfClients;
        var door = new InboundTls(identity, port, names, refusals, builder.ApplicationServices.GetRequiredService<TimeProvider>());
        builder.Use(next => context => door.OnConnection(context, next));
    }

    private static void Outbound(IConnectionBuilder builder, ClusterIdentity? identity)
    {
        var refusals = builder.ApplicationServices.GetRequiredService<RefusalLog>();
        if (identity is null)
        {
            var plain = new PlainLink(refusals);
            builder.Use(next => context => plain.OnConnection(context, next, port: null));
            return;
        }
        var tls = new OutboundTls(identity, refusals, builder.ApplicationServices.GetRequiredService<TimeProvider>());
        builder.Use(next => context => tls.OnConnection(context, next));
    }
}
#endif
