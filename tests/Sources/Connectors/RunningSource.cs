using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Sources.Connectors;

namespace StreamForge.Tests.Sources.Connectors;

/// <summary>A venue's connector that runs until the test ends.</summary>
internal sealed class RunningSource : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new();
    private readonly Task _running;

    private RunningSource(ConnectorOptions options, MemorySink sink)
    {
        var services = new ConnectorServices
        {
            Time = TimeProvider.System,
            Ids = new ConnectorIds(new Random(7)),
            Log = NullLogger.Instance,
            Http = _http,
        };
        Source = VenueSource.Create(options, sink, services);
        _running = Source.Connector.Run(_stop.Token);
    }

    public VenueSource Source { get; }

    public static RunningSource Start(ConnectorOptions options, MemorySink sink) => new(options, sink);

    /// <summary>Options with short times, for a venue on this machine.</summary>
    public static ConnectorOptions Quick(string venue, Uri socket, Uri rest, params string[] symbols) => new()
    {
        Venue = venue,
        Symbols = symbols,
        WebSocketBase = socket,
        RestBase = rest,
        PingInterval = TimeSpan.FromMilliseconds(20),
        WatermarkInterval = TimeSpan.FromMilliseconds(20),
        RetryBase = TimeSpan.FromMilliseconds(5),
        RetryMax = TimeSpan.FromMilliseconds(100),
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _http.Dispose();
        _stop.Dispose();
    }
}
