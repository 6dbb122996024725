#if ENGINE_ORLEANS
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.ClientApi.Metrics;
using StreamForge.Hosting;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Standalone.Cluster;

/// <summary>
/// What starts, stops and watches processes may ask of a connector: <c>/health/live</c>, <c>/health/ready</c> (every link is up) and
/// <c>/metrics</c>. A small host of its own, so that the connector does without where nobody asks.
/// </summary>
internal sealed class ConnectorSite(ConnectorSettings settings, MarketSource source) : IHostedService
{
    private WebApplication? _site;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.Host.HealthUrl is not { } url)
            return Task.CompletedTask;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "StreamForge" });
        builder.Logging.AddPlainConsole(LogLevel.Warning, settings.Telemetry);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls(url);
        builder.Services.AddMetricsPage();
        _site = builder.Build();
        _site.MapGet("/health/live", static () => Results.Text("""{"status":"live"}""", "application/json"));
        _site.MapGet("/health/ready", Ready);
        _site.MapMetricsPage();
        return _site.StartAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_site is not null)
            await _site.DisposeAsync();
    }

    private IResult Ready()
    {
        var down = source.Standings.Where(link => !link.Standing.Up).ToArray();
        var answer = new JsonObject { ["status"] = down.Length == 0 ? "ready" : "not ready" };
        if (down.Length > 0)
            answer["sources"] = new JsonArray([.. down.Select(link => new JsonObject { ["source"] = link.Source, ["reason"] = link.Standing.Reason })]);
        return Results.Text(answer.ToJsonString(), "application/json", statusCode: down.Length == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
#endif
