using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Integrity;
using StreamForge.Silo.Streaming;
using StreamForge.Sources.Connectors;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Playback;

namespace StreamForge.Standalone.Hosting;

/// <summary>
/// What feeds the platform: connectors, and where no venue was named a simulated exchange for them to connect to. Starts
/// last, stops first.
/// </summary>
internal sealed class MarketSource(
    IReadOnlyList<ConnectorOptions> venues,
    ExchangeHost? exchange,
    IEventLog log,
    int partitions,
    ConnectorGateway gateways,
    SourcePermits permits,
    IIdSource ids,
    TimeProvider time,
    ILoggerFactory loggers) : BackgroundService
{
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly List<VenueConnector> _connectors = [];
    private LogSink? _sink;
    private bool _stopping;

    /// <summary>How a replay goes; none for a live or generated market.</summary>
    public string? Progress => exchange?.Progress is { TotalFrames: { } total } progress ? Describe(progress, total) : null;

    /// <summary>The instruments that are read.</summary>
    public IReadOnlyList<string> Instruments => [.. _connectors.SelectMany(connector => connector.Instruments)];

    /// <summary>How the link to each venue stands.</summary>
    public IReadOnlyList<(string Source, SourceStanding Standing)> Standings =>
        [.. _connectors.Select(connector => (connector.Source, connector.Standing()))];

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _sink = new LogSink(log, partitions);
        var services = new ConnectorServices
        {
            Time = time,
            Ids = new ConnectorIds(),
            Log = loggers.CreateLogger<VenueConnector>(),
            Http = _http,
        };
        foreach (var venue in venues)
        {
            var source = VenueSource.Create(venue, _sink, services, inner => new GovernedGateway(inner, permits, ids));
            gateways.SignIn(venue.Venue, source.Gateway);
            _connectors.Add(source.Connector);
        }
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>Who asks again does not wait: the end is under way.</remarks>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopping, true))
            return;
        await base.StopAsync(cancellationToken);
        if (_sink is not null)
            await _sink.DisposeAsync().AsTask().WaitAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_connectors.Select(connector => connector.Run(stoppingToken)));

    private static string Describe(PlaybackProgress progress, long total)
    {
        const int width = 20;
        var share = total == 0 ? 1 : (double)progress.Frames / total;
        var bar = new string('#', (int)(share * width)).PadRight(width, '.');
        var rest = progress.State switch
        {
            PlaybackState.Ended => "done",
            PlaybackState.Waiting => "waiting",
            PlaybackState.Failed => progress.Reason ?? "failed",
            _ => progress.Remaining is { } left ? $"{left:hh\\:mm\\:ss} left" : "playing",
        };
        return $"[{bar}] {share:P0} {rest}";
    }

    /// <summary>The snapshots that connectors ask for by themselves are under the governor too.</summary>
    private sealed class GovernedGateway(ISourceGateway inner, SourcePermits permits, IIdSource ids) : ISourceGateway
    {
        public Task<GatewayOutcome> RequestDepthSnapshot(string instrument, RepairTag? repair, CancellationToken cancellation) =>
            Use(instrument, token => inner.RequestDepthSnapshot(instrument, repair, token), cancellation);

        public Task<GatewayOutcome> RequestTrades(
            string instrument, long fromId, long toId, RepairTag? repair, CancellationToken cancellation) =>
            Use(instrument, token => inner.RequestTrades(instrument, fromId, toId, repair, token), cancellation);

        public Task<GatewayOutcome> RequestNewestTrade(string instrument, CancellationToken cancellation) =>
            Use(instrument, token => inner.RequestNewestTrade(instrument, token), cancellation);

        private async Task<GatewayOutcome> Use(
            string instrument, Func<CancellationToken, Task<GatewayOutcome>> ask, CancellationToken cancellation)
        {
            var ticket = new PermitTicket { Id = ids.NewId(), Group = instrument };
            var outcome = await permits.Use(
                SourcePermits.SourceOf(instrument),
                ticket,
                async token => ConnectorGateway.OutcomeOf(await ask(token)),
                cancellation);
            return new GatewayOutcome(outcome.Answered, outcome.Reason, outcome.RetryAfter, outcome.Unknown);
        }
    }
}
