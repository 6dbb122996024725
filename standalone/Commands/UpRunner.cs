using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.Hosting;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Telemetry;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Standalone.Commands;

/// <summary>Runs the platform until it is asked to end.</summary>
internal static class UpRunner
{
    public static async Task<int> Run(UpOptions options, PlatformSeams seams, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        using var signal = new ShutdownSignal(cancellation);
        try
        {
            await using var platform = await PlatformHost.Create(options, WithStatusLine(options, seams), signal.Asked);
            await platform.Start(signal.Asked);
            Introduce(platform, options, Stopwatch.GetElapsedTime(started));
            await platform.WaitForShutdown(signal.Asked);
            return Report(await platform.Stop());
        }
        catch (OperationCanceledException) when (signal.Asked.IsCancellationRequested)
        {
            Console.Error.WriteLine("platform: ended before it was up");
            return ExitCodes.Ok;
        }
    }

    private static PlatformSeams WithStatusLine(UpOptions options, PlatformSeams seams) => seams with
    {
        Services = services =>
        {
            services.AddHostedService(provider => new StatusLine(
                provider.GetRequiredService<PlatformStatusBoard>(),
                provider.GetRequiredService<MarketSource>(),
                options.Headless,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<StatusLine>>()));
            seams.Services(services);
        },
    };

    private static int Report(StopReport report)
    {
        Console.Error.WriteLine($"platform: ended in {report.Stages}");
        if (!report.Checkpointed)
        {
            Console.Error.WriteLine("platform: ended without the last checkpoint; the next start reads on from the one before");
            return ExitCodes.EndedLate;
        }
        Console.Error.WriteLine("platform: drained and checkpointed");
        return ExitCodes.Ok;
    }

    private static void Introduce(PlatformHost platform, UpOptions options, TimeSpan took)
    {
        var instruments = platform.Services.GetRequiredService<MarketSource>().Instruments;
        var example = instruments.Count > 0 ? instruments[0] : "binance:BTCUSDT";
        var api = platform.Api.ToString().TrimEnd('/');
        Console.Error.WriteLine($"""
            StreamForge is up after {took.TotalSeconds:0.0} s: engine {GrainEngine.Name}, {platform.StorageDescription}
              market       {Describe(platform, options)}, {(instruments.Count == 1 ? "1 instrument" : $"{instruments.Count} instruments")}
              data         {options.DataFolder}
              instruments  {api}/v1/instruments
              a book       {api}/v1/instruments/{example}/book?depth=5
              status       {api}/v1/status     metrics {api}/metrics     API {api}/openapi/v1.json
            """);
        if (platform.Development is { } key)
            Console.Error.WriteLine(DevelopmentTokens.Lines(key, TimeProvider.System));
        Console.Error.WriteLine("Ctrl-C drains, checkpoints and ends.");
    }

    private static string Describe(PlatformHost platform, UpOptions options) =>
        options.Live is { } venue ? $"live, {venue}{(options.Endpoint is { } at ? $" at {at}" : "")}"
        : options.Replay.Count > 0 ? $"replay of {string.Join(", ", options.Replay.Select(Path.GetFileName))} at {platform.Exchange!.HttpEndpoint}"
        : $"generated, seed {options.Seed}, {options.Rate} events/s at {platform.Exchange!.HttpEndpoint}";
}
