#if ENGINE_ORLEANS
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Hosting;
using StreamForge.Silo.Integrity;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Standalone.Commands;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Standalone.Cluster;

/// <summary>
/// Connectors as a process of their own beside a cluster: what they bring goes to Kafka; permits of the governors and repairs come by
/// way of grains. Without a venue it runs a simulated exchange, as <c>up</c> does.
/// </summary>
internal static class ConnectorProcess
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(4);

    public static async Task<int> Run(UpOptions options, CancellationToken cancellation)
    {
        var builder = Host.CreateApplicationBuilder();
        var settings = new ConnectorSettings(builder.Configuration);
        builder.Logging.AddPlainConsole(LogLevel.Information, settings.Telemetry);
        if (!KafkaNative.IsAvailable(out var problem))
            throw new StartupException(problem!);
        using var signal = new ShutdownSignal(cancellation);
        using var loggers = LoggerFactory.Create(logging => logging.AddPlainConsole(LogLevel.Information, settings.Telemetry));
        var time = new SteadyClock(TimeProvider.System);
        using var traces = Tracing.Start(settings.Telemetry, "streamforge-connector", Environment.MachineName);
        await using var log = Open(settings.Kafka, time, loggers);
        var feed = await MarketSetup.Prepare(options, settings.Connector, time, loggers, signal.Asked);
        await using var exchange = feed.Exchange;
        Register(builder, settings, log, feed, time);
        using var host = builder.Build();
        try
        {
            await log.EnsureTopic(settings.Pipeline.Topic(Topics.RawMarket), signal.Asked);
            await host.StartAsync(signal.Asked);
        }
        catch (Exception error) when (error is EventLogException or IOException)
        {
            throw new StartupException(error.Message, error);
        }
        catch (OperationCanceledException) when (signal.Asked.IsCancellationRequested)
        {
            Console.Error.WriteLine("connector: ended before it was up");
            return ExitCodes.Ok;
        }
        var instruments = host.Services.GetRequiredService<MarketSource>().Instruments;
        Console.Error.WriteLine($"connector: up, {instruments.Count} instruments of {string.Join(", ", feed.Venues.Select(venue => venue.Venue))}"
            + (exchange is null ? "" : $", exchange at {exchange.HttpEndpoint}"));
        await signal.Wait();
        await host.StopAsync(CancellationToken.None);
        Console.Error.WriteLine("connector: ended");
        return ExitCodes.Ok;
    }

    private static KafkaEventLog Open(KafkaOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        try
        {
            return new KafkaEventLog(options.Validated(), time, loggers.CreateLogger<KafkaEventLog>());
        }
        catch (EventLogException error)
        {
            throw new StartupException(error.Message, error);
        }
    }

    private static void Register(
        HostApplicationBuilder builder, ConnectorSettings settings, IEventLog log, MarketSetup feed, TimeProvider time)
    {
        var services = builder.Services;
        services.AddSingleton<IHostLifetime, SignalsElsewhere>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = StopWithin);
        services.AddSingleton(time);
        services.AddSingleton<IIdSource, RandomIdSource>();
        services.AddSingleton(log);
        services.AddSingleton<ConnectorGateway>();
        services.AddSingleton<SourcePermits>();
        services.AddSingleton(settings);
        settings.Register(services);
        builder.AddClusterClient(settings.Cluster, settings.Telemetry.Traced, typeof(IInstrumentGrain).Assembly);
        services.AddMarketSource(feed);
        services.AddHostedService(provider => new DeskWorker(
            provider.GetRequiredService<IGrainFactory>(),
            [.. feed.Venues.Select(venue => venue.Venue)],
            provider.GetRequiredService<ConnectorGateway>(),
            time,
            provider.GetRequiredService<ILogger<DeskWorker>>()));
        services.AddHostedService<ConnectorSite>();
    }
}
#endif
