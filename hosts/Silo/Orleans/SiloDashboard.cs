using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orleans.Dashboard;

namespace StreamForge.SiloHost;

/// <summary>
/// Orleans' dashboard, which shows grains and their methods. It knows no tokens, and a silo's port is open to whoever scrapes metrics: so it
/// answers to this machine alone, which a forwarded port is, and who may forward one is an operator.
/// </summary>
internal static class SiloDashboard
{
    private const string Path = "/dashboard";

    public static void MapDashboard(this WebApplication app)
    {
        app.Use(static (context, next) =>
        {
            if (!context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase) || IsHere(context))
                return next(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        app.MapOrleansDashboard(routePrefix: Path);
    }

    private static bool IsHere(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } caller && IPAddress.IsLoopback(caller);
}
