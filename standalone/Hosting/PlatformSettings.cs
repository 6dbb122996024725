using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StreamForge.ClientApi;
using StreamForge.ClientApi.Access;
using StreamForge.ClientApi.Limits;
using StreamForge.Grains.Integrity.Governor;
using StreamForge.Grains.Market;
using StreamForge.Hosting;
using StreamForge.Hosting.Tls;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Sources.Connectors;
using StreamForge.Standalone.Commands;

namespace StreamForge.Standalone.Hosting;

/// <summary>
/// The options of all parts as <c>appsettings.json</c> and the environment say them: section <c>StreamForge:Pump</c>, variable
/// <c>StreamForge__Pump__WindowBytes</c>. What the command line says goes over them.
/// </summary>
internal sealed class PlatformSettings
{
    private readonly SettingsSections _sections;

    /// <param name="configuration">What the file and the environment say.</param>
    /// <param name="place">Where the client API will listen.</param>
    /// <param name="https">What the command line says of the client API's certificate.</param>
    /// <exception cref="StartupException">Options are wrong; all that are, in one message.</exception>
    public PlatformSettings(IConfiguration configuration, AccessPlace place, HttpsOptions? https = null)
    {
        _sections = new SettingsSections(configuration);
        Pump = _sections.Check("Pump", new PumpOptions());
        Pipeline = _sections.Check("Pipeline", new PipelineOptions());
        var market = _sections.Check("Market", new MarketOptions());
        _sections.CheckRanges("Market:DepthRepair", market.DepthRepair);
        _sections.CheckRanges("Market:TradeRepair", market.TradeRepair);
        _sections.Check("Governor", new GovernorOptions());
        _sections.Check("ClientApi", new ClientApiOptions());
        _sections.Check("Limits", new LimitOptions());
        var access = ApiSettings.ReadAccess(_sections, place);
        Certificate = ApiSettings.ReadCertificate(_sections, https, urls: null, TimeProvider.System);
        Telemetry = TelemetryOptions.Read(_sections);
        Engine = _sections.Check("Engine", new GrainEngineOptions());
        Log = _sections.Check("Log", new EmbeddedLogOptions());
        States = _sections.Check("States", new FileStateStoreOptions());
        Checkpoint = _sections.Check("Checkpoint", new CheckpointStorageOptions());
        // These have members that only the command line or the market knows; they are stand-ins here.
        _sections.Check("Kafka", new KafkaOptions { BootstrapServers = "-" });
        _sections.Check("Postgres", new PostgresOptions { ConnectionString = "-" });
        _sections.Check("Connector", new ConnectorOptions { Venue = "binance", Symbols = ["-"] });
        _sections.AllowOthers("Cluster", "Silo", "Api", "ConnectorHost");
        _sections.ThrowIfWrong();
        Access = access!;
    }

    /// <summary>Who may ask the client API.</summary>
    public ApiAccess Access { get; }

    /// <summary>Of the client API; none: it has no HTTPS.</summary>
    public ApiCertificate? Certificate { get; }

    public PumpOptions Pump { get; }

    public PipelineOptions Pipeline { get; }

    public TelemetryOptions Telemetry { get; }

    public GrainEngineOptions Engine { get; }

    public EmbeddedLogOptions Log { get; }

    public FileStateStoreOptions States { get; }

    public CheckpointStorageOptions Checkpoint { get; }

    public KafkaOptions Kafka(string bootstrap) => _sections.Bound("Kafka", new KafkaOptions()) with { BootstrapServers = bootstrap };

    public PostgresOptions Postgres(string connection) => _sections.Bound("Postgres", new PostgresOptions()) with { ConnectionString = connection };

    public ConnectorOptions Connector(ConnectorOptions venue) =>
        _sections.Bound("Connector", venue) with { Venue = venue.Venue, Symbols = venue.Symbols };

    /// <summary>Hands the parts that live in the container their sections.</summary>
    public void Register(IServiceCollection services)
    {
        services.Configure<PumpOptions>(_sections.Section("Pump"));
        services.Configure<PipelineOptions>(_sections.Section("Pipeline"));
        services.Configure<MarketOptions>(_sections.Section("Market"));
        // One for every source: its name is that of the governor.
        services.ConfigureAll<GovernorOptions>(governor => _sections.Bound("Governor", governor));
        services.Configure<LimitOptions>(_sections.Section("Limits"));
        services.Configure<ClientApiOptions>(_sections.Section("ClientApi"));
    }
}
