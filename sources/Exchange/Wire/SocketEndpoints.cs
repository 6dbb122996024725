using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>Accepts subscribers: Binance at <c>/stream</c> and <c>/ws</c>, Kraken (which has channels) at the root.</summary>
internal sealed class SocketEndpoints(
    SharedMarket market, KrakenChannels? channels, Hub hub, RestMeter meter, FaultCenter faults, ExchangeOptions options, TimeProvider time)
{
    private long _connections;

    /// <summary>Connections ever accepted.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    public void Map(IEndpointRouteBuilder routes, CancellationToken stopping)
    {
        if (channels is not null)
        {
            routes.Map("/", context => Serve(
                context,
                connection => new KrakenSession(connection, hub, market, channels, meter, faults, options.HeartbeatInterval, time),
                stopping));
            return;
        }

        routes.Map("/stream", context => Binance(context, true, context.Request.Query["streams"].ToString(), stopping));
        routes.Map("/ws/{**streams}", context =>
            Binance(context, false, context.Request.RouteValues["streams"] as string ?? "", stopping));
    }

    private Task Binance(HttpContext context, bool combined, string names, CancellationToken stopping) =>
        Serve(context, connection => new BinanceSession(
            connection, hub, market.Streams, combined, names.Split('/', StringSplitOptions.RemoveEmptyEntries),
            options.PingInterval, time), stopping);

    private async Task Serve(HttpContext context, Func<Connection, Session> create, CancellationToken stopping)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }

        // The exchange pings by itself: the keep-alive of the framework must not speak in a silence.
        using var socket = await context.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        var gate = (context.Features.Get<IHttpUpgradeFeature>() as GatedUpgrade)?.Gate
            ?? throw new InvalidOperationException("The upgrade did not pass the gate.");
        var session = create(new Connection(Interlocked.Increment(ref _connections), socket, gate, context.Abort));
        hub.Add(session);
        try
        {
            await session.RunAsync(stopping);
        }
        finally
        {
            hub.Remove(session);
        }
    }
}
