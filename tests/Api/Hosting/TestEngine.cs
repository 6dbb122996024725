using Microsoft.AspNetCore.Builder;
#if ENGINE_ORLEANS
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
#else
using StreamForge.Embedded.Hosting;
using StreamForge.Embedded.Nodes;
#endif

namespace StreamForge.Tests.Api.Hosting;

/// <summary>Hosts the grains of this assembly on the engine that it is built for.</summary>
internal static class TestEngine
{
#if ENGINE_ORLEANS
    public static void HostGrains(this WebApplicationBuilder builder) =>
        builder.UseOrleans(silo => silo.UseLocalhostClustering(siloPort: FreePort(), gatewayPort: 0));

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
#else
    public static void HostGrains(this WebApplicationBuilder builder) =>
        builder.Services.AddEmbeddedEngine(new EngineOptions(), [typeof(TestEngine).Assembly]);
#endif
}
