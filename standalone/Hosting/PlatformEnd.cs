using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamForge.Hosting;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Sources.Exchange;

namespace StreamForge.Standalone.Hosting;

/// <param name="Checkpointed">Every pump was left to drain and to make its last checkpoint.</param>
/// <param name="Stages">How long all and each stage took.</param>
internal sealed record StopReport(bool Checkpointed, string Stages);

/// <summary>
/// The order in which a platform ends, and the shares of the 5 s that Ctrl-C promises. What the pumps do not depend on ends beside
/// them: readers of the API, the simulated exchange.
/// </summary>
internal static class PlatformEnd
{
    private static readonly TimeSpan ApiBy = TimeSpan.FromSeconds(0.8);
    private static readonly TimeSpan SourcesBy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PumpsBy = TimeSpan.FromSeconds(3.4);
    private static readonly TimeSpan GrainsBy = TimeSpan.FromSeconds(3.9);
    private static readonly TimeSpan StorageBy = TimeSpan.FromSeconds(4.2);

    public static async Task<StopReport> Run(WebApplication app, ExchangeHost? exchange, StorageSetup storage)
    {
        var services = app.Services;
        var pipeline = services.GetRequiredService<Pipeline>();
        var stages = new StopStages(services.GetRequiredService<TimeProvider>());
        var api = stages.Run("api", ApiBy, token => EndApi(services, token));
        // It plays until it is told not to, and may take a whole core for that.
        var market = exchange is null
            ? Task.CompletedTask
            : stages.Run("exchange", PumpsBy, async token =>
            {
                await exchange.StopAsync(token);
                await exchange.DisposeAsync();
            });
        await stages.Run("sources", SourcesBy, token => services.GetRequiredService<MarketSource>().StopAsync(token));
        await stages.Run("pumps", PumpsBy, pipeline.StopAsync);
        // What is still read of the API is read from grains.
        await api;
        await stages.Run("grains", GrainsBy, app.StopAsync);
        await market;
        var checkpointed = pipeline.Stopped;
        await stages.Run("storage", StorageBy, async _ =>
        {
            await app.DisposeAsync();
            await storage.DisposeAsync();
        });
        return new StopReport(checkpointed, stages.ToString());
    }

    /// <summary>Open streams and waits end by the word that the host stops; who still reads at the cut is cut off.</summary>
    private static Task EndApi(IServiceProvider services, CancellationToken cut)
    {
        services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        return services.GetRequiredService<IServer>().StopAsync(cut);
    }
}
