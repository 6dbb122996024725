using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StreamForge.Grains.Integrity.Governor;
using StreamForge.Grains.Market;
using StreamForge.Hosting;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.SiloHost;

/// <summary>The options of all parts of a silo.</summary>
internal sealed class SiloSettings
{
    // The least that brokers accept as they come: so long a silo that was killed keeps its partitions.
    private static readonly TimeSpan KafkaSession = TimeSpan.FromSeconds(6);

    private readonly SettingsSections _sections;

    /// <exception cref="StartupException">Options are wrong; all that are, in one message.</exception>
    public SiloSettings(IConfiguration configuration)
    {
        _sections = new SettingsSections(configuration);
        Cluster = ClusterSettings.Read(_sections, isSilo: true, TimeProvider.System);
        Silo = _sections.Check("Silo", new SiloHostOptions());
        if (Silo.Address is { } address && !IPAddress.TryParse(address, out _))
            _sections.Fail("Silo", $"Address is an IP address, not '{address}'.");
        Telemetry = TelemetryOptions.Read(_sections);
        Kafka = _sections.Check("Kafka", new KafkaOptions { SessionTimeout = KafkaSession });
        Postgres = _sections.Check("Postgres", new PostgresOptions());
        Engine = _sections.Check("Engine", new GrainEngineOptions());
        Checkpoint = _sections.Check("Checkpoint", new CheckpointStorageOptions());
        _sections.Check("Pump", new PumpOptions());
        _sections.Check("Pipeline", new PipelineOptions());
        var market = _sections.Check("Market", new MarketOptions());
        _sections.CheckRanges("Market:DepthRepair", market.DepthRepair);
        _sections.CheckRanges("Market:TradeRepair", market.TradeRepair);
        _sections.Check("Governor", new GovernorOptions());
        _sections.AllowOthers([.. ApiSettings.Sections, "Api", "Connector", "ConnectorHost", "Log", "States"]);
        _sections.ThrowIfWrong();
    }

    public ClusterSettings Cluster { get; }

    public SiloHostOptions Silo { get; }

    public TelemetryOptions Telemetry { get; }

    public KafkaOptions Kafka { get; }

    public PostgresOptions Postgres { get; }

    public GrainEngineOptions Engine { get; }

    public CheckpointStorageOptions Checkpoint { get; }

    /// <summary>Hands the parts that live in the container their sections.</summary>
    public void Register(IServiceCollection services)
    {
        services.Configure<PumpOptions>(_sections.Section("Pump"));
        services.Configure<PipelineOptions>(pipeline => pipeline.Owner = Silo.Name);
        services.Configure<PipelineOptions>(_sections.Section("Pipeline"));
        services.Configure<MarketOptions>(_sections.Section("Market"));
        // One for every source: its name is that of the governor.
        services.ConfigureAll<GovernorOptions>(governor => _sections.Bound("Governor", governor));
    }
}
