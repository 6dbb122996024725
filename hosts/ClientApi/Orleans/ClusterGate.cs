using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using StreamForge.Hosting;

namespace StreamForge.ApiHost;

/// <summary>Until the first silo is reached, nothing that a grain must answer can be asked.</summary>
internal static class ClusterGate
{
    /// <summary>Those that ask grains get 503 with <c>Retry-After</c>; the process itself, its metrics and its documents are there at once.</summary>
    public static void UseClusterGate(this WebApplication app)
    {
        var client = app.Services.GetRequiredService<StartedBeside>();
        app.Use((context, next) => client.IsUp || !AsksGrains(context.Request.Path)
            ? next(context)
            : throw new SiloUnavailableException("No silo has been reached yet."));
    }

    private static bool AsksGrains(PathString path) =>
        path.StartsWithSegments("/v1", StringComparison.Ordinal) || path.StartsWithSegments("/health/ready", StringComparison.Ordinal);
}
