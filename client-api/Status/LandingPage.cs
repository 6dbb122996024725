using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.Status;

/// <summary>A page for who opens the platform's address in a browser: where to look.</summary>
internal sealed class LandingPage(IOptions<ClientApiOptions> options)
{
    private static readonly byte[] Html = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>StreamForge</title>
        <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
        <h1>StreamForge</h1>
        <ul>
          <li><a href="/v1/instruments">/v1/instruments</a>: what there is; each has <code>/book</code>, <code>/trades</code>,
            <code>/candles</code> and <code>/stream</code></li>
          <li><a href="/v1/status">/v1/status</a>: partitions, lag, gaps, repairs, parked keys, dead letters</li>
          <li><a href="/health/live">/health/live</a>, <a href="/health/ready">/health/ready</a></li>
          <li><a href="/metrics">/metrics</a>: for Prometheus</li>
          <li><a href="/openapi/v1.json">/openapi/v1.json</a>: every address with its parameters, answers and errors</li>
        </ul>
        </html>

        """u8.ToArray();

    public ApiRoute Page { get; } = new("getLandingPage", "Where to look.") { Produces = "text/html", Scope = ApiScope.None };

    public Task GetPage(HttpContext context)
    {
        if (RequestCheck.Check(context, Page, options.Value.MaxQueryLength, out _) is { } problem)
            return ProblemResponse.Write(context, problem);
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = Html.Length;
        return context.Response.Body.WriteAsync(Html, context.RequestAborted).AsTask();
    }
}
