using Microsoft.Extensions.Hosting;

namespace StreamForge.Standalone.Commands;

/// <summary>
/// The environment of a platform on one machine. Unlike a program of a cluster, which is in Production unless it is told otherwise, what a
/// developer starts is in Development: it listens on loopback only.
/// </summary>
internal static class HostEnvironment
{
    private static readonly string[] Variables = ["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT"];

    public static string Name => Variables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => value is { Length: > 0 })
        ?? Environments.Development;
}
