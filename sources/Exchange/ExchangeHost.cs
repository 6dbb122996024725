using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Sources.Exchange.Market;
using StreamForge.Sources.Exchange.Playback;
using StreamForge.Sources.Exchange.Wire;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange;

/// <summary>
/// The simulated exchange: a web server, on loopback unless told otherwise, that speaks a venue's WebSocket and REST over a recorded or generated market.
/// Connectors meet it as they would meet the venue.
/// </summary>
public sealed class ExchangeHost : IAsyncDisposable
{
    private readonly ExchangeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly CancellationTokenSource _stopping = new();
    private readonly BadLines _bad = new();
    private readonly Hub _hub = new();
    private readonly RestMeter _meter;
    private SharedMarket? _market;
    private SocketEndpoints? _sockets;
    private FaultCenter? _faults;
    private Player? _player;
    private WebApplication? _app;
    private Task _playing = Task.CompletedTask;
    private Uri? _address;

    /// <param name="options">What to serve.</param>
    /// <param name="time">The clock of pace, pings and counts.</param>
    /// <param name="loggers">Where to log.</param>
    /// <exception cref="ArgumentException">Options are out of range; the message lists all of them.</exception>
    public ExchangeHost(ExchangeOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = options.Validate();
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        _options = options;
        _time = time;
        _loggers = loggers;
        _meter = new RestMeter(time);
    }

    /// <summary>Whose formats are spoken; known once started.</summary>
    public RecordingVenue Venue => Market.Venue;

    /// <summary>The root of REST, <c>http://127.0.0.1:port/</c>; known once started.</summary>
    public Uri HttpEndpoint => _address ?? throw NotStarted();

    /// <summary>The root of WebSocket, <c>ws://127.0.0.1:port/</c>; known once started.</summary>
    public Uri WebSocketEndpoint => new UriBuilder(HttpEndpoint) { Scheme = "ws" }.Uri;

    /// <summary>The symbols that are served, in the venue's spelling.</summary>
    public IReadOnlyList<string> Symbols =>
        [.. Market.Known.Select(stream => stream.Symbol).Distinct(StringComparer.Ordinal)];

    /// <summary>The streams that are served, <c>btcusdt@depth</c> or <c>XBT/USD@book</c>.</summary>
    public IReadOnlyList<StreamKey> Streams => Market.Known;

    private SharedMarket Market => _market ?? throw NotStarted();

    private FaultCenter Faults => _faults ?? throw NotStarted();

    private Player Player => _player ?? throw NotStarted();

    /// <summary>Reads the recording's shape, listens, and starts to play.</summary>
    /// <exception cref="RecordingException">The recording cannot be used.</exception>
    /// <exception cref="IOException">The port is taken, or the folder of a generated market cannot be written.</exception>
    /// <exception cref="InvalidDataException">What the folder of a generated market holds is damaged.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        var logger = _loggers.CreateLogger<ExchangeHost>();
        var market = await Task.Run(() => MarketFactory.Create(_options, _time, _bad, logger), cancellation);
        _market = new SharedMarket(market);
        _market.Expected(_options.Playback);
        if (_bad.Count > 0)
            Log.BadLines(logger, _bad.Count, _bad.First[0]);
        _faults = new FaultCenter(_options.Faults, _market.TotalFrames, _time);
        _player = new Player(_market, _hub, new FrameDispatcher(_hub, _faults), _options.Playback, _time, logger);
        _sockets = new SocketEndpoints(_market, ChannelsOf(market), _hub, _meter, _faults, _options, _time);

        _app = Build(market);
        await _app.StartAsync(cancellation);
        _address = new Uri(_app.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First());
        Log.Serving(logger, Venue, _address);
        _playing = Task.Run(() => _player.RunAsync(_stopping.Token), CancellationToken.None);
    }

    /// <summary>Stops playing, closes all connections and stops listening.</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        await _stopping.CancelAsync();
        await _playing;
        if (_app is not null)
            await _app.StopAsync(cancellation);
    }

    public PlaybackProgress Progress => Player.Progress();

    /// <summary>How the exchange stands.</summary>
    public ExchangeStatus Status() => new()
    {
        Venue = VenueNames.NameOf(Venue),
        Playback = Player.Progress(),
        Faults = Faults.Journal.Counts(),
        Rest = _meter.Status(),
        Connections = [.. _hub.Sessions.Select(session =>
            new ConnectionStatus(session.Id, session.Sent, session.Subscriptions))],
        ConnectionsAccepted = _sockets!.Connections,
        BadLines = _bad.Count,
        FirstBadLines = _bad.First,
    };

    /// <inheritdoc cref="Player.AdvanceAsync"/>
    public Task<AdvanceResult> AdvanceAsync(long frames, string? kind = null, CancellationToken cancellation = default) =>
        Player.AdvanceAsync(frames, kind, cancellation);

    /// <summary>What was done wrong, each thing with its symbol and sequence.</summary>
    public FaultJournal FaultJournal => Faults.Journal;

    /// <summary>Replaces the faults that are injected.</summary>
    /// <exception cref="ArgumentException">The plan is out of range.</exception>
    public void SetFaults(FaultPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var errors = plan.Validate();
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(' ', errors), nameof(plan));
        Faults.Set(plan);
    }

    /// <summary>Stands still until <see cref="Resume"/>.</summary>
    public void Pause() => Player.Pause();

    /// <summary>Goes on after a pause; or starts although expected subscriptions are missing.</summary>
    public void Resume() => Player.Resume();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_app is not null)
            await _app.DisposeAsync();
        _market?.Dispose();
        _stopping.Dispose();
    }

    private WebApplication Build(IMarket market)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "StreamForge.Exchange" });
        builder.WebHost.UseKestrelCore().UseUrls($"http://{_options.Host}:{_options.Port}");
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(_loggers);
        builder.Services.AddSingleton(_time);
        // Subscribers never hang up by themselves: a stop must not wait for them.
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));

        var app = builder.Build();
        app.Use(GatedUpgrade.Use);
        app.UseWebSockets();
        app.UseRouting();
        app.Use(new RestGuard(_meter, _options, _time).InvokeAsync);
        new SimEndpoints(Player, Faults, Status).Map(app);
        _sockets!.Map(app, _stopping.Token);
        if (Venue != RecordingVenue.Kraken)
            new BinanceRest(Market, Faults, _time, (market as RecordedBinanceMarket)?.ExchangeInfo).Map(app);
        return app;
    }

    private static KrakenChannels? ChannelsOf(IMarket market) =>
        market is RecordedKrakenMarket kraken ? new KrakenChannels(kraken.Channels) : null;

    private static InvalidOperationException NotStarted() => new("The exchange is not started.");
}
