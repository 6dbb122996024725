using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace StreamForge.ClientApi.Metrics;

/// <summary>The address that Prometheus scrapes, for processes that serve nothing else of the client API.</summary>
public static class MetricsPage
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds what <see cref="MapMetricsPage"/> needs.</summary>
    public static IServiceCollection AddMetricsPage(this IServiceCollection services)
    {
        services.AddOptions<ClientApiOptions>();
        services.AddMetrics();
        services.TryAddSingleton<MetricCollector>();
        services.TryAddSingleton<MetricsEndpoint>();
        return services;
    }

    /// <summary>Maps <c>/metrics</c>.</summary>
    public static void MapMetricsPage(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapMethods("/metrics", Reading, endpoints.ServiceProvider.GetRequiredService<MetricsEndpoint>().GetMetrics);
}
