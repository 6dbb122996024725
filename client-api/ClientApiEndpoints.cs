using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using StreamForge.ClientApi.Access;
using StreamForge.ClientApi.Instruments;
using StreamForge.ClientApi.Limits;
using StreamForge.ClientApi.Metrics;
using StreamForge.ClientApi.OpenApi;
using StreamForge.ClientApi.Operations;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;
using StreamForge.ClientApi.Status;
using StreamForge.ClientApi.Streaming;

namespace StreamForge.ClientApi;

/// <summary>The addresses of the client API.</summary>
public static class ClientApiEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] Listening = [HttpMethods.Get];
    private static readonly string[] Ordering = [HttpMethods.Post];

    /// <summary>Maps all addresses: see <c>docs/api.md</c>. Needs <see cref="ClientApiServices.AddClientApi"/>.</summary>
    public static WebApplication MapClientApi(this WebApplication app)
    {
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<CallerMiddleware>();
        // Before it is asked what a caller may: who sends tokens that do not count is limited by its address.
        app.UseRateLimiter();
        app.UseMiddleware<ScopeMiddleware>();
        app.MapAddresses(app.Services);
        return app;
    }

    private static void MapAddresses(this IEndpointRouteBuilder endpoints, IServiceProvider services)
    {
        var access = services.GetRequiredService<ApiAccess>();
        var list = services.GetRequiredService<ListEndpoints>();
        var instruments = services.GetRequiredService<InstrumentEndpoints>();
        var candles = services.GetRequiredService<CandleEndpoints>();
        var stream = services.GetRequiredService<StreamEndpoint>();
        var status = services.GetRequiredService<StatusEndpoints>();
        var partitions = services.GetRequiredService<PartitionEndpoints>();
        var parked = services.GetRequiredService<ParkedEndpoints>();
        var letters = services.GetRequiredService<DeadLetterEndpoints>();
        var actions = services.GetRequiredService<ActionEndpoint>();
        var metrics = services.GetRequiredService<MetricsEndpoint>();
        var document = services.GetRequiredService<OpenApiEndpoint>();
        var landing = services.GetRequiredService<LandingPage>();

        endpoints.Map("/v1/instruments", list.List, list.GetList);
        endpoints.Map("/v1/instruments/{id}", instruments.Instrument, instruments.GetInstrument);
        endpoints.Map("/v1/instruments/{id}/book", instruments.Book, instruments.GetBook);
        endpoints.Map("/v1/instruments/{id}/trades", instruments.Trades, instruments.GetTrades);
        endpoints.Map("/v1/instruments/{id}/candles", candles.Candles, candles.GetCandles);
        endpoints.Map("/v1/instruments/{id}/stream", stream.Stream, stream.GetStream, Listening);
        endpoints.Map("/v1/status", status.Status, status.GetStatus);
        endpoints.Map("/v1/partitions", partitions.List, partitions.GetList);
        endpoints.Map("/v1/partitions/{topic}/{partition}/pause", partitions.Pause, partitions.PostPause, Ordering);
        endpoints.Map("/v1/partitions/{topic}/{partition}/resume", partitions.Resume, partitions.PostResume, Ordering);
        endpoints.Map("/v1/parked", parked.List, parked.GetList);
        endpoints.Map("/v1/parked/{topic}/{partition}/{key}/unpark", parked.Unpark, parked.PostUnpark, Ordering);
        endpoints.Map("/v1/dead-letters", letters.List, letters.GetList);
        endpoints.Map("/v1/dead-letters/{id}", letters.One, letters.GetOne);
        endpoints.Map("/v1/dead-letters/{id}/replay", letters.Replay, letters.PostReplay, Ordering);
        endpoints.Map("/v1/dead-letters/{id}/discard", letters.Discard, letters.PostDiscard, Ordering);
        endpoints.Map("/v1/operator-actions", actions.List, actions.GetList);
        endpoints.Map("/health/live", status.Live, status.GetLive);
        endpoints.Map("/health/ready", status.Ready, status.GetReady);
        endpoints.Map("/metrics", metrics.Metrics with { Scope = access.Options.Metrics }, metrics.GetMetrics);
        endpoints.Map("/", landing.Page, landing.GetPage);
        endpoints.Map("/openapi/v1.json", document.Document, document.GetDocument);
    }

    // The method is what the OpenAPI document finds an endpoint by; the route is what it says of it.
    private static void Map(
        this IEndpointRouteBuilder endpoints, string address, ApiRoute route, RequestDelegate handler, string[]? methods = null)
    {
        var endpoint = endpoints.MapMethods(address, methods ?? Reading, handler).WithName(route.Name).WithMetadata(handler.Method, route);
        if (route.IsUnlimited)
            endpoint.DisableRateLimiting();
        else if (route.Produces == MediaTypes.EventStream)
            endpoint.RequireRateLimiting(CallerLimits.Streams);
    }
}
