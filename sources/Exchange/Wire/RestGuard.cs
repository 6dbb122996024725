using Microsoft.AspNetCore.Http;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>Stands before the venue's REST endpoints: counts, limits and delays.</summary>
internal sealed class RestGuard(RestMeter meter, ExchangeOptions options, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (KindOf(context.Request.Path) is not { } kind)
        {
            await next(context);
            return;
        }

        var running = meter.Begin(kind);
        try
        {
            if (options.MaxConcurrentRequests > 0 && running > options.MaxConcurrentRequests)
            {
                meter.Count("refused");
                await RefuseAsync(context);
                return;
            }

            if (options.RestLatency > TimeSpan.Zero)
                await Task.Delay(options.RestLatency, time, context.RequestAborted);
            await next(context);
        }
        finally
        {
            meter.End();
        }
    }

    private static string? KindOf(PathString path) =>
        path.StartsWithSegments("/api", StringComparison.Ordinal, out var rest)
        || path.StartsWithSegments("/fapi", StringComparison.Ordinal, out rest)
            ? rest.Value?[(rest.Value.LastIndexOf('/') + 1)..]
            : null;

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = "1";
        return context.Response.WriteAsJsonAsync(new { code = -1003, msg = "Too many requests; current limit is of requests at once." });
    }
}
