using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi;
using StreamForge.ClientApi.Access.Development;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.State;
using StreamForge.Hosting;
using StreamForge.Hosting.Tls;
using StreamForge.Silo;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Integrity;
using StreamForge.Silo.Operations;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Sources.Connectors;
using StreamForge.Sources.Exchange;
using StreamForge.Standalone.Commands;

namespace StreamForge.Standalone.Hosting;

/// <summary>The whole platform in one process: log, stores, engine, pumps, client API, connectors.</summary>
internal sealed class PlatformHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly StorageSetup _storage;
    private readonly ExchangeHost? _exchange;
    private readonly Lock _gate = new();
    private Task<StopReport>? _ending;
    private IDisposable? _traces;

    private PlatformHost(WebApplication app, StorageSetup storage, ExchangeHost? exchange)
    {
        _app = app;
        _storage = storage;
        _exchange = exchange;
    }

    public IServiceProvider Services => _app.Services;

    /// <summary>Root of the client API; known once started.</summary>
    public Uri Api => new(_app.Urls.First());

    /// <summary>The exchange that was started for this platform, if one was.</summary>
    public ExchangeHost? Exchange => _exchange;

    /// <summary>The key of the tokens for this machine; none outside Development.</summary>
    public DevelopmentKey? Development { get; private init; }

    public string StorageDescription => _storage.Description;

    /// <summary>Opens storage, starts the exchange where one is needed, and puts everything together.</summary>
    /// <exception cref="StartupException">A sentence for the user.</exception>
    public static async Task<PlatformHost> Create(UpOptions options, PlatformSeams seams, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "StreamForge", EnvironmentName = options.Environment });
        var settings = new PlatformSettings(builder.Configuration, options.Place, options.Https);
        builder.Logging.AddPlainConsole(LeastOf(options), settings.Telemetry);
        PortProbe.ThrowIfTaken(options.Port);
        var time = new SteadyClock(TimeProvider.System);
        var loggers = LoggerFactory.Create(logging => logging.AddPlainConsole(LeastOf(options), settings.Telemetry));
        var ids = new RandomIdSource();
        var storage = await StorageSetup.Open(options, settings, seams, time, ids, loggers, cancellation);
        ExchangeHost? exchange = null;
        try
        {
            var feed = await MarketSetup.Prepare(options, settings.Connector, time, loggers, cancellation);
            exchange = feed.Exchange;
            var development = options.Place.TrustsThisMachine ? DevelopmentTokens.KeyOf(options.DataFolder) : null;
            Register(builder, options, settings, storage, feed, time, ids);
            builder.Services.AddClientApi(development is null ? settings.Access : settings.Access.With(development));
            seams.Services(builder.Services);
            var app = builder.Build();
            app.UseApiHsts(settings.Certificate);
            app.MapClientApi();
            return new PlatformHost(app, storage, exchange) { Development = development, _traces = Tracing.Start(settings.Telemetry, "streamforge", Environment.MachineName) };
        }
        catch
        {
            if (exchange is not null)
                await exchange.DisposeAsync();
            await storage.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="StartupException">The port is taken, or something else that one sentence says.</exception>
    public async Task Start(CancellationToken cancellation)
    {
        try
        {
            await _app.StartAsync(cancellation);
        }
        catch (Exception error) when (error is IOException or EventLogException or StateStoreException or OptionsValidationException)
        {
            throw new StartupException(error.Message, error);
        }
    }

    /// <summary>Returns when it is asked to end, or a part of it has failed for good.</summary>
    public async Task WaitForShutdown(CancellationToken asked)
    {
        var lifetime = Services.GetRequiredService<IHostApplicationLifetime>();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(asked, lifetime.ApplicationStopping);
        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// Ends everything, in order and in time: sources, then pumps (drain, flush, commit), then grains, then the log and the stores.
    /// Never throws; what is stuck is left behind.
    /// </summary>
    public Task<StopReport> Stop()
    {
        lock (_gate)
            return _ending ??= PlatformEnd.Run(_app, _exchange, _storage);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        _traces?.Dispose();
    }

    private static void Register(
        WebApplicationBuilder builder, UpOptions options, PlatformSettings settings, StorageSetup storage, MarketSetup feed,
        TimeProvider time, IIdSource ids)
    {
        var services = builder.Services;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls(options.Url(https: settings.Certificate is not null));
        builder.AddApiHttps(settings.Certificate);
        services.AddSingleton<IHostLifetime, SignalsElsewhere>();
        services.AddSingleton(time);
        services.AddSingleton(ids);
        services.AddSingleton(storage.Log);
        services.AddSingleton(storage.States);
        services.AddSingleton(storage.Partitions);
        services.AddSingleton<IStateDirectory>(storage.States);
        services.AddSingleton<ConnectorGateway>();
        services.AddSingleton<IRepairGateway>(provider => provider.GetRequiredService<ConnectorGateway>());
        settings.Register(services);
        services.Configure<PipelineOptions>(pipeline => pipeline.Partitions = options.Partitions ?? pipeline.Partitions);
        builder.AddGrainEngine(
            settings.Engine with { GrainAssemblies = [typeof(IStoredState).Assembly, typeof(SiloServices).Assembly] },
            provider => ActivatorUtilities.CreateInstance<CheckpointGrainStorage>(provider, settings.Checkpoint));
        services.AddOperations(storage.Operations);
        services.AddMarketSilo();
        services.AddMarketSource(feed);
    }

    private static LogLevel LeastOf(UpOptions options) => options.Headless ? LogLevel.Information : LogLevel.Warning;
}
