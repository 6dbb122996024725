using Microsoft.Extensions.Logging;
using StreamForge.Hosting;
using StreamForge.Sources.Connectors;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Generation;
using StreamForge.Sources.Exchange.Playback;
using StreamForge.Sources.Recordings;
using StreamForge.Standalone.Commands;

namespace StreamForge.Standalone.Hosting;

/// <summary>What to connect to: a venue, or a simulated exchange that replays or generates.</summary>
/// <param name="Exchange">Started, where one is needed; the owner disposes of it.</param>
internal sealed record MarketSetup(ExchangeHost? Exchange, IReadOnlyList<ConnectorOptions> Venues)
{
    // Simulated exchanges serve every level they know: a repaired book is then as deep as one that never had a gap.
    private const int SimulatedDepth = 5000;

    /// <param name="configured">Fills a connector's options from the settings.</param>
    /// <exception cref="StartupException">The recording, or the market that was kept, cannot be used.</exception>
    public static async Task<MarketSetup> Prepare(
        UpOptions options, Func<ConnectorOptions, ConnectorOptions> configured, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        if (options.Live is { } venue)
            return new MarketSetup(null, [Live(venue, options, configured)]);
        var exchange = new ExchangeHost(OptionsOf(options), time, loggers);
        try
        {
            await exchange.StartAsync(cancellation);
        }
        catch (Exception error) when (error is RecordingException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await exchange.DisposeAsync();
            throw new StartupException(error.Message, error);
        }
        return new MarketSetup(exchange, [ToExchange(exchange, configured)]);
    }

    private static ConnectorOptions Live(string venue, UpOptions options, Func<ConnectorOptions, ConnectorOptions> configured)
    {
        var connector = configured(new ConnectorOptions { Venue = venue, Symbols = options.Symbols });
        if (options.Endpoint is not { } endpoint)
            return connector;
        return connector with
        {
            RestBase = endpoint,
            WebSocketBase = WebSocketOf(endpoint),
            SnapshotDepth = venue == VenueNames.NameOf(RecordingVenue.Kraken) ? null : SimulatedDepth,
            AggregateTrades = options.AggregateTrades,
            SilenceTimeout = TimeSpan.FromSeconds(5),
        };
    }

    private static ExchangeOptions OptionsOf(UpOptions options) => options.Replay.Count > 0
        ? new ExchangeOptions
        {
            Replay = options.Replay,
            Venue = VenueNames.TryParse(options.Venue, out var venue) ? venue : null,
            Playback = new PlaybackOptions { Speed = options.Speed, LockStep = options.LockStep },
        }
        : new ExchangeOptions
        {
            Generator = new GeneratorOptions { Seed = options.Seed, Instruments = options.Instruments, Rate = options.Rate },
            Folder = Path.Combine(options.DataFolder, "market"),
        };

    private static ConnectorOptions ToExchange(ExchangeHost exchange, Func<ConnectorOptions, ConnectorOptions> configured)
    {
        var streams = exchange.Streams.Select(stream => stream.ToString()!).ToArray();
        return configured(new ConnectorOptions { Venue = VenueNames.NameOf(exchange.Venue), Symbols = exchange.Symbols }) with
        {
            RestBase = exchange.HttpEndpoint,
            WebSocketBase = exchange.WebSocketEndpoint,
            SnapshotDepth = exchange.Venue == RecordingVenue.Kraken ? null : SimulatedDepth,
            AggregateTrades = streams.Any(name => name.EndsWith("@aggTrade", StringComparison.OrdinalIgnoreCase))
                && !streams.Any(name => name.EndsWith("@trade", StringComparison.OrdinalIgnoreCase)),
        };
    }

    private static Uri WebSocketOf(Uri http) =>
        new UriBuilder(http) { Scheme = http.Scheme == "https" ? "wss" : "ws" }.Uri;
}
