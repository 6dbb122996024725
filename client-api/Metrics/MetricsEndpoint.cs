using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.Metrics;

/// <summary>The address that Prometheus scrapes.</summary>
internal sealed class MetricsEndpoint(MetricCollector collector, IOptions<ClientApiOptions> options)
{
    public ApiRoute Metrics { get; } = new("getMetrics", "The metrics of this process, in the Prometheus text format.")
    { Produces = "text/plain", Scope = ApiScope.None };

    public Task GetMetrics(HttpContext context)
    {
        if (RequestCheck.Check(context, Metrics, options.Value.MaxQueryLength, out _) is { } problem)
            return ProblemResponse.Write(context, problem);
        var body = Encoding.UTF8.GetBytes(PrometheusText.Render(collector));
        context.Response.ContentType = PrometheusText.ContentType;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
