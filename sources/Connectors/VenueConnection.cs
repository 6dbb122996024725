using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace StreamForge.Sources.Connectors;

/// <summary>
/// One connection to a venue for some of its symbols: kept up for ever, every frame handed to the sink in order. Each life of the
/// connection begins with subscribing and asking for what may have been missed.
/// </summary>
internal sealed class VenueConnection : IDisposable
{
    private readonly VenueProtocol _protocol;
    private readonly ConnectorOptions _options;
    private readonly ConnectorServices _services;
    private readonly ConnectorMetrics _metrics;
    private readonly RawRecordFactory _records;
    private readonly AppendPipeline _pipeline;
    private readonly LinkWatch _watch;
    private readonly Resync _resync;
    private readonly string _name;
    private readonly ReadOnlyMemory<byte> _nameUtf8;
    private readonly PendingBooks _books = new();
    private volatile ConnectionLife? _life;

    public VenueConnection(
        string name, IReadOnlyList<VenueSymbol> symbols, VenueProtocol protocol, ConnectorOptions options, IRawSink sink,
        ISourceGateway? resync, ConnectorServices services, ConnectorMetrics metrics)
    {
        _name = name;
        _nameUtf8 = Encoding.UTF8.GetBytes(name);
        Symbols = symbols;
        _protocol = protocol;
        _options = options;
        _services = services;
        _metrics = metrics;
        _records = new RawRecordFactory(protocol.Source, services.Time, services.Ids);
        _pipeline = new AppendPipeline(sink, options, services.Ids, services.Time, metrics, services.Log);
        _watch = new LinkWatch(options.SilenceTimeout);
        _resync = new Resync(resync, symbols, options, services);
    }

    public IReadOnlyList<VenueSymbol> Symbols { get; }

    /// <summary>The instruments that were not asked for yet since the link was down: the report does not hold for them.</summary>
    public IReadOnlyCollection<string> Unasked => _resync.Unasked;

    /// <summary>How the link stands now.</summary>
    public LinkReport Report() =>
        _watch.Report(_services.Time.GetUtcNow(), _pipeline.Acknowledged, _life is { } life ? Missing(life) : null);

    /// <summary>Keeps the connection up until cancelled; then waits a bounded time for the sink.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        using var giveUp = new CancellationTokenSource();
        var appending = _pipeline.Run(giveUp.Token);
        var backoff = new Backoff(_options.RetryBase, _options.RetryMax, _services.Ids.NextDouble);
        while (!cancellation.IsCancellationRequested)
        {
            var reason = await LiveOnce(backoff, cancellation);
            _watch.Closed(reason);
            _books.FailAll(reason);
            if (cancellation.IsCancellationRequested)
                break;
            _metrics.Disconnected();
            var pause = backoff.Next();
            Log.Disconnected(_services.Log, _name, reason, pause);
            await Task.Delay(pause, _services.Time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _pipeline.Complete();
        await appending.WaitAsync(_options.StopTimeout, _services.Time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await giveUp.CancelAsync();
        await appending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _pipeline.Dispose();

    /// <summary>Asks for a whole book by subscribing anew; returns when its record is durable.</summary>
    public async Task<GatewayOutcome> Resubscribe(VenueSymbol symbol, RepairTag? repair, CancellationToken cancellation)
    {
        if (_life is not { } life)
            return GatewayOutcome.Failed("the link is down");
        var book = _books.Expect(symbol, repair);
        try
        {
            foreach (var command in life.Dialogue.Resubscribe(symbol))
                await life.Send(command, cancellation);
            await book.WaitAsync(_options.RequestTimeout, _services.Time, cancellation);
            return GatewayOutcome.Done;
        }
        catch (TimeoutException)
        {
            return GatewayOutcome.Lost($"no book came within {_options.RequestTimeout}");
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return GatewayOutcome.Lost(e.Message);
        }
        finally
        {
            _books.Forget(symbol, book);
        }
    }

    /// <summary>Connects, and lives until the link ends.</summary>
    /// <returns>Why it ended.</returns>
    private async Task<string> LiveOnce(Backoff backoff, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var socket = new ClientWebSocket();
        // Proof of the link is our own question and answer; the venue's pings are answered by the framework.
        socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        try
        {
            await Connect(socket, cancellation);
            backoff.Reset();
            using var life = new ConnectionLife(socket, _protocol.Open(Symbols), _services.Ids.NewId(8), _options.SilenceTimeout, _services.Time);
            _watch.Opened(_services.Time.GetUtcNow());
            _resync.Begin();
            _life = life;
            foreach (var command in life.Dialogue.Opening())
                await life.Send(command, ending.Token);
            Task[] parts = [Receive(life, ending.Token), KeepProving(life, ending.Token), _resync.Run(ending.Token)];
            try
            {
                await Task.WhenAny(parts[0], parts[1]).Unwrap();
                return "the venue closed the connection";
            }
            finally
            {
                _life = null;
                socket.Abort();
                await ending.CancelAsync();
                await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return "stopped";
        }
        catch (Exception e)
        {
            // Whatever ended this life, the next one begins with a new socket and asks for what was missed.
            return e.Message;
        }
    }

    private async Task Connect(ClientWebSocket socket, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(_options.ConnectTimeout, _services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            await socket.ConnectAsync(_protocol.SocketAddress, either.Token);
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested)
        {
            throw new TimeoutException($"not connected within {_options.ConnectTimeout}", e);
        }
        _metrics.Connected();
        Log.Connected(_services.Log, _name, _protocol.SocketAddress, Symbols.Count);
    }

    private async Task Receive(ConnectionLife life, CancellationToken cancellation)
    {
        var reader = new FrameReader(life.Socket, _options.MaxFrameBytes);
        while (await reader.Next(cancellation) is { } frame)
        {
            _watch.Received(_services.Time.GetUtcNow());
            _metrics.Received(frame.Length);
            var reading = life.Dialogue.Read(frame);
            if (reading.Refusal is { } refusal)
                Log.VenueRefused(_services.Log, _name, refusal);
            if (reading.Kind == FrameKind.Pong)
                _watch.Answered(reading.PingId, _pipeline.Handed);
            else if (reading.Kind != FrameKind.Answer)
                await Append(life, frame, reading, cancellation);
        }
    }

    private async ValueTask Append(ConnectionLife life, byte[] frame, FrameReading reading, CancellationToken cancellation)
    {
        var book = reading.Kind == FrameKind.Book ? _books.Take(reading.Symbol!) : null;
        var record = _records.Frame(frame, reading.Symbol, _nameUtf8, life.NextEventId(), book?.Repair);
        var full = _pipeline.IsFull(frame.Length);
        if (full)
            _watch.Blocked(true, _services.Time.GetUtcNow());
        var durable = await _pipeline.Append(record, cancellation);
        if (full)
            _watch.Blocked(false, _services.Time.GetUtcNow());
        if (book is not null)
            _ = book.Follow(durable);
    }

    /// <summary>Pings for ever, and ends with an exception when the link has said nothing for too long.</summary>
    private async Task KeepProving(ConnectionLife life, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(_options.PingInterval, _services.Time);
        do
        {
            var now = _services.Time.GetUtcNow();
            if (_watch.IsSilent(now))
                throw new TimeoutException($"no sign of life for {_options.SilenceTimeout}");
            await life.Send(life.Dialogue.Ping(_watch.Ask(now, Missing(life) is null)), cancellation);
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private string? Missing(ConnectionLife life) => life.Dialogue.Missing ?? _resync.Missing;
}
