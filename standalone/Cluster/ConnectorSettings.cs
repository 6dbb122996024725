using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StreamForge.Hosting;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Sources.Connectors;

namespace StreamForge.Standalone.Cluster;

/// <summary>The options of a connector that is a process of its own.</summary>
internal sealed class ConnectorSettings
{
    private readonly SettingsSections _sections;

    /// <exception cref="StartupException">Options are wrong; all that are, in one message.</exception>
    public ConnectorSettings(IConfiguration configuration)
    {
        _sections = new SettingsSections(configuration);
        Cluster = ClusterSettings.Read(_sections, isSilo: false, TimeProvider.System);
        Telemetry = TelemetryOptions.Read(_sections);
        Host = _sections.Check("ConnectorHost", new ConnectorHostOptions());
        Kafka = _sections.Check("Kafka", new KafkaOptions());
        Pipeline = _sections.Check("Pipeline", new PipelineOptions());
        // It has members that only the command line or the market knows; they are stand-ins here.
        _sections.Check("Connector", new ConnectorOptions { Venue = "binance", Symbols = ["-"] });
        _sections.AllowOthers([.. ApiSettings.Sections, "Silo", "Api", "Postgres", "Engine", "Checkpoint", "Pump", "Market", "Governor", "Log", "States"]);
        _sections.ThrowIfWrong();
    }

    public ClusterSettings Cluster { get; }

    public TelemetryOptions Telemetry { get; }

    public ConnectorHostOptions Host { get; }

    public KafkaOptions Kafka { get; }

    public PipelineOptions Pipeline { get; }

    public ConnectorOptions Connector(ConnectorOptions venue) =>
        _sections.Bound("Connector", venue) with { Venue = venue.Venue, Symbols = venue.Symbols };

    public void Register(IServiceCollection services) => services.Configure<PipelineOptions>(_sections.Section("Pipeline"));
}
