using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StreamForge.ClientApi;
using StreamForge.Grains.Integrity.Governor;
using StreamForge.Grains.Market;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Silo.Streaming.Market;
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
    private const string Root = "StreamForge";
    private readonly IConfigurationSection _root;
    private readonly List<string> _errors = [];
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="StartupException">Options are wrong; all that are, in one message.</exception>
    public PlatformSettings(IConfiguration configuration)
    {
        _root = configuration.GetSection(Root);
        Pump = Check("Pump", new PumpOptions());
        Pipeline = Check("Pipeline", new MarketPipelineOptions());
        var market = Check("Market", new MarketOptions());
        CheckRanges("Market:DepthRepair", market.DepthRepair);
        CheckRanges("Market:TradeRepair", market.TradeRepair);
        Check("Governor", new GovernorOptions());
        Check("ClientApi", new ClientApiOptions());
        Engine = Check("Engine", new GrainEngineOptions());
        Log = Check("Log", new EmbeddedLogOptions());
        States = Check("States", new FileStateStoreOptions());
        Checkpoint = Check("Checkpoint", new CheckpointStorageOptions());
        // These have members that only the command line or the market knows; they are stand-ins here.
        Check("Kafka", new KafkaOptions { BootstrapServers = "-" });
        Check("Postgres", new PostgresOptions { ConnectionString = "-" });
        Check("Connector", new ConnectorOptions { Venue = "binance", Symbols = ["-"] });
        foreach (var section in _root.GetChildren())
            if (!_known.Contains(section.Key))
                _errors.Add($"{Root}:{section.Key} is no section; there are {string.Join(", ", _known.Order(StringComparer.Ordinal))}.");
        if (_errors.Count > 0)
            throw new StartupException("settings: " + string.Join(" ", _errors));
    }

    public PumpOptions Pump { get; }

    public MarketPipelineOptions Pipeline { get; }

    public GrainEngineOptions Engine { get; }

    public EmbeddedLogOptions Log { get; }

    public FileStateStoreOptions States { get; }

    public CheckpointStorageOptions Checkpoint { get; }

    public KafkaOptions Kafka(string bootstrap) => Bound("Kafka", new KafkaOptions()) with { BootstrapServers = bootstrap };

    public PostgresOptions Postgres(string connection) => Bound("Postgres", new PostgresOptions()) with { ConnectionString = connection };

    public ConnectorOptions Connector(ConnectorOptions venue) =>
        Bound("Connector", venue) with { Venue = venue.Venue, Symbols = venue.Symbols };

    /// <summary>Hands the parts that live in the container their sections.</summary>
    public void Register(IServiceCollection services)
    {
        services.Configure<PumpOptions>(_root.GetSection("Pump"));
        services.Configure<MarketPipelineOptions>(_root.GetSection("Pipeline"));
        services.Configure<MarketOptions>(_root.GetSection("Market"));
        // One for every source: its name is that of the governor.
        services.ConfigureAll<GovernorOptions>(governor => Bound("Governor", governor));
        services.Configure<ClientApiOptions>(_root.GetSection("ClientApi"));
    }

    private T Check<T>(string section, T options)
        where T : class
    {
        _known.Add(section);
        try
        {
            Bound(section, options);
        }
        catch (InvalidOperationException error)
        {
            // A text that is no number, or a name that the options do not have.
            _errors.Add($"{Root}:{section}: {(error.InnerException is null ? error.Message : $"{error.Message} {error.InnerException.Message}")}");
        }
        CheckRanges(section, options);
        return options;
    }

    private void CheckRanges(string section, object options)
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), found, validateAllProperties: true);
        _errors.AddRange(found.Select(result => $"{Root}:{section}: {result.ErrorMessage}"));
    }

    private T Bound<T>(string section, T options)
        where T : class
    {
        _root.GetSection(section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        return options;
    }
}
