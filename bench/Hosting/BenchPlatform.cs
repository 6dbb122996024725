using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.ClientApi;
using StreamForge.ClientApi.Access;
using StreamForge.ClientApi.Access.Development;
using StreamForge.ClientApi.Limits;
using StreamForge.ClientApi.Requests;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.State;
using StreamForge.Hosting;
using StreamForge.Silo;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Integrity;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Standalone.Commands;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Bench.Hosting;

/// <summary>What a benchmarked platform stands on.</summary>
internal sealed record BenchPlatformOptions
{
    public required int Partitions { get; init; }

    /// <summary>Bootstrap servers; none: segment files.</summary>
    public string? Kafka { get; init; }

    /// <summary>Connection string; none: files.</summary>
    public string? Postgres { get; init; }

    public PlatformSeams Seams { get; init; } = PlatformSeams.None;
}

/// <summary>
/// The platform as <c>./platform up</c> puts it together, in a temporary folder and without connectors: the benchmark appends to
/// the log itself, and starts and stops the pumps.
/// </summary>
internal sealed class BenchPlatform : IAsyncDisposable
{
    private static readonly AccessPlace Place = new(Development: true, Loopback: true);

    private readonly WebApplication _app;
    private readonly StorageSetup _storage;
    private readonly string _folder;

    private BenchPlatform(WebApplication app, StorageSetup storage, string folder, BenchPlatformOptions options)
    {
        (_app, _storage, _folder) = (app, storage, folder);
        LogName = options.Kafka is null ? "files" : "kafka";
        StoreName = options.Postgres is null ? "files" : "postgres";
        Pipeline = app.Services.GetRequiredService<Pipeline>();
        Topics = app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<PipelineOptions>>().Value;
    }

    public IEventLog Log => _storage.Log;

    public Pipeline Pipeline { get; }

    public PipelineOptions Topics { get; }

    public PumpOptions Pump => _app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<PumpOptions>>().Value;

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Root of the client API.</summary>
    public Uri Api => new(_app.Urls.First());

    /// <summary>A token for reading.</summary>
    public string Token() =>
        DevelopmentKey.OfFolder(_folder).Token("bench", ApiScope.Reader, DateTimeOffset.UtcNow, TimeSpan.FromHours(1));

    /// <summary><c>files</c> or <c>kafka</c>.</summary>
    public string LogName { get; }

    /// <summary><c>files</c> or <c>postgres</c>.</summary>
    public string StoreName { get; }

    /// <summary>Starts all but the pumps.</summary>
    /// <exception cref="StartupException">Log or store cannot be opened.</exception>
    public static async Task<BenchPlatform> Start(BenchPlatformOptions options, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("streamforge-bench-").FullName;
        var loggers = LoggerFactory.Create(Logging);
        var ids = new RandomIdSource();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "StreamForge.Bench" });
        var settings = new PlatformSettings(builder.Configuration, Place);
        var storage = await StorageSetup.Open(
            Up(options, folder), settings, options.Seams, TimeProvider.System, ids, loggers, cancellation);
        Logging(builder.Logging);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        Register(builder, options, storage, ids);
        builder.Services.AddClientApi(settings.Access.With(DevelopmentKey.OfFolder(folder)));
        // All load comes from one caller here: it is counted as ever, and never refused.
        builder.Services.Configure<LimitOptions>(limits => (limits.RequestsPerSecond, limits.Burst) = (1_000_000, 1_000_000));
        // Advice on servers is not for a benchmark on whatever machine there is.
        builder.Logging.AddFilter("Orleans", LogLevel.Error);
        var app = builder.Build();
        app.MapClientApi();
        await app.StartAsync(cancellation);
        return new BenchPlatform(app, storage, folder, options);
    }

    public async ValueTask DisposeAsync()
    {
        await Pipeline.StopAsync(CancellationToken.None);
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _storage.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static void Register(
        WebApplicationBuilder builder, BenchPlatformOptions options, StorageSetup storage, RandomIdSource ids)
    {
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IIdSource>(ids);
        services.AddSingleton(storage.Log);
        services.AddSingleton(storage.States);
        services.AddSingleton(storage.Partitions);
        services.AddSingleton<IStateDirectory>(storage.States);
        services.AddSingleton<IRepairGateway, NoRepairs>();
        services.Configure<PipelineOptions>(pipeline => pipeline.Partitions = options.Partitions);
        builder.AddGrainEngine(
            new GrainEngineOptions { GrainAssemblies = [typeof(IStoredState).Assembly, typeof(SiloServices).Assembly] },
            provider => ActivatorUtilities.CreateInstance<CheckpointGrainStorage>(provider, new CheckpointStorageOptions()));
        services.AddMarketSilo();
        services.Configure<PumpOptions>(builder.Configuration.GetSection("Pump"));
        // The pumps are what is measured, so the benchmark starts them, not the host.
        services.Remove(services.Last(service => service.ServiceType == typeof(IHostedService)));
    }

    private static UpOptions Up(BenchPlatformOptions options, string folder) => new()
    {
        Port = 0,
        DataFolder = folder,
        Seed = 1,
        Headless = true,
        Replay = [],
        Speed = 1,
        Symbols = [],
        Instruments = 1,
        Rate = 1,
        Kafka = options.Kafka,
        Postgres = options.Postgres,
    };

    private static void Logging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddSimpleConsole(static console => console.SingleLine = true);
        logging.AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    /// <summary>Nothing is lost on the way into a benchmark's log: a repair would be a defect, and its figures void.</summary>
    private sealed class NoRepairs : IRepairGateway
    {
        public Task<RepairOutcome> Ask(RepairRequest request, CancellationToken cancellation) =>
            Task.FromResult(new RepairOutcome(false, "a benchmark has no source to ask"));
    }
}
