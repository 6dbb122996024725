using System.Text.Json.Nodes;
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
    /// <summary>
    /// <c>/health/live</c>: it answers. <c>/health/ready</c>: it is a member, and every partition it reads is caught up; otherwise 503, with what
    /// it waits for and which partitions are behind, and why.
    /// </summary>
    public static void MapSiloHealth(this WebApplication app)
    {
        app.MapGet("/health/live", static () => Results.Text("""{"status":"live"}""", "application/json"));
        app.MapGet("/health/ready", static (IServiceProvider services) => Ready(services));
    }

    private static IResult Ready(IServiceProvider services)
    {
        var board = services.GetRequiredService<PlatformStatusBoard>();
        var member = services.GetRequiredService<ISiloStatusOracle>().CurrentStatus;
        var ending = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;
        if (!ending && member == SiloStatus.Active && board.IsAllCaughtUp())
            return Results.Text("""{"status":"ready"}""", "application/json");
        var answer = new JsonObject { ["status"] = "not ready", ["silo"] = ending ? "ending" : member.ToString() };
        if (!ending)
            answer["behind"] = new JsonArray([.. board.Behind().Select(row => new JsonObject
            {
                ["group"] = row.Group,
                ["topic"] = row.Topic,
                ["partition"] = row.Partition,
                ["lag"] = row.Lag,
                ["reason"] = row.Epoch == 0 ? "not begun yet" : row.StallReason ?? "catching up",
            })]);
        return Results.Text(answer.ToJsonString(), "application/json", statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
