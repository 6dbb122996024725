using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;
using StreamForge.Silo.Telemetry;

namespace StreamForge.SiloHost;

/// <summary>What starts and stops processes may ask of a silo.</summary>
internal static class SiloHealth
{
    /// <summary><c>/health/live</c>: it answers. <c>/health/ready</c>: it is a member, and every partition it reads is caught up.</summary>
    public static void MapSiloHealth(this WebApplication app)
    {
        app.MapGet("/health/live", static () => Results.Text("""{"status":"live"}""", "application/json"));
        app.MapGet("/health/ready", static (IServiceProvider services) => IsReady(services)
            ? Results.Text("""{"status":"ready"}""", "application/json")
            : Results.Text("""{"status":"not ready"}""", "application/json", statusCode: StatusCodes.Status503ServiceUnavailable));
    }

    private static bool IsReady(IServiceProvider services) =>
        !services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested
        && services.GetRequiredService<ISiloStatusOracle>().CurrentStatus == SiloStatus.Active
        && services.GetRequiredService<PlatformStatusBoard>().IsAllCaughtUp();
}
