using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Access;
using StreamForge.ClientApi.Instruments;
using StreamForge.ClientApi.Limits;
using StreamForge.ClientApi.Metrics;
using StreamForge.ClientApi.OpenApi;
using StreamForge.ClientApi.Operations;
using StreamForge.ClientApi.Requests;
using StreamForge.ClientApi.Status;
using StreamForge.ClientApi.Streaming;

namespace StreamForge.ClientApi;

/// <summary>What the client API needs in a host that has a grain factory.</summary>
public static class ClientApiServices
{
    /// <summary>Adds the services of the client API; <see cref="ClientApiEndpoints.MapClientApi"/> maps its addresses.</summary>
    /// <param name="services">Those of the host.</param>
    /// <param name="access">Who may ask.</param>
    /// <param name="configure">What is not as by default.</param>
    /// <exception cref="OptionsValidationException">At start: all options that are wrong.</exception>
    public static IServiceCollection AddClientApi(
        this IServiceCollection services, ApiAccess access, Action<ClientApiOptions>? configure = null)
    {
        services.AddApiAccess(access);
        var options = services.AddOptions<ClientApiOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<LimitOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddRateLimiter(static _ => { });
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<RateLimiterOptions>, CallerLimits>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClientApiOptions>, ClientApiOptionsValidator>());
        services.AddMetrics();
        services.TryAddSingleton<ApiMeter>();
        services.TryAddSingleton<ListDesk>();
        services.TryAddSingleton<InstrumentReader>();
        services.TryAddSingleton<InstrumentEndpoints>();
        services.TryAddSingleton<CandleEndpoints>();
        services.TryAddSingleton<ListEndpoints>();
        services.TryAddSingleton<FeedHub>();
        services.TryAddSingleton<StreamEndpoint>();
        services.TryAddSingleton<StatusEndpoints>();
        services.TryAddSingleton<OrderDesk>();
        services.TryAddSingleton<PartitionEndpoints>();
        services.TryAddSingleton<ActionEndpoint>();
        services.TryAddSingleton<ParkedEndpoints>();
        services.TryAddSingleton<DeadLetterEndpoints>();
        services.TryAddSingleton<LandingPage>();
        services.TryAddSingleton<MetricCollector>();
        services.TryAddSingleton<MetricsEndpoint>();
        services.AddApiDocument();
        services.TryAddSingleton<OpenApiEndpoint>();
        return services;
    }
}
