using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace StreamForge.Tests.Sources.Connectors;

/// <summary>
/// A web server that talks as a venue does, word for word as a test tells it: real WebSocket, real REST. Answers commands by itself
/// unless it is silent.
/// </summary>
internal sealed class ScriptedVenue : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Peer> _peers = new();

    private ScriptedVenue(WebApplication app) => _app = app;

    /// <summary>Nothing is sent any more, not even answers, while the connection stays open.</summary>
    public bool Silent { get; set; }

    /// <summary>The answer to a command; none for no answer.</summary>
    public Func<JsonElement, IEnumerable<string>> OnCommand { get; set; } = _ => [];

    /// <summary>The answer to a REST request.</summary>
    public Func<HttpRequest, IResult> OnRequest { get; set; } = _ => Results.NotFound();

    public ConcurrentQueue<string> Requests { get; } = new();

    public ConcurrentQueue<string> Commands { get; } = new();

    public Uri Rest => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public Uri Socket => new UriBuilder(Rest) { Scheme = "ws" }.Uri;

    /// <summary>Connections ever accepted.</summary>
    public int Connections => _peers.Count;

    public static async Task<ScriptedVenue> Start()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var app = builder.Build();
        var venue = new ScriptedVenue(app);
        app.UseWebSockets();
        app.Run(venue.Serve);
        await app.StartAsync();
        return venue;
    }

    /// <summary>Sends a frame to whoever connected last.</summary>
    public Task Send(string frame) => _peers.Last().Send(frame);

    /// <summary>Cuts all connections without a word.</summary>
    public void Cut()
    {
        foreach (var peer in _peers)
            peer.Socket.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task Serve(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            Requests.Enqueue(context.Request.Path + context.Request.QueryString);
            await OnRequest(context.Request).ExecuteAsync(context);
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var peer = new Peer(socket);
        _peers.Enqueue(peer);
        var buffer = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: WebSocketMessageType.Text } part)
            {
                Commands.Enqueue(Encoding.UTF8.GetString(buffer, 0, part.Count));
                using var command = JsonDocument.Parse(buffer.AsMemory(0, part.Count));
                if (!Silent)
                    foreach (var answer in OnCommand(command.RootElement))
                        await peer.Send(answer);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The other side left, or the test cut the connection.
        }
    }

    private sealed class Peer(WebSocket socket) : IDisposable
    {
        private readonly SemaphoreSlim _sending = new(1);

        public WebSocket Socket { get; } = socket;

        public void Dispose() => _sending.Dispose();

        public async Task Send(string frame)
        {
            await _sending.WaitAsync();
            try
            {
                await Socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, CancellationToken.None);
            }
            finally
            {
                _sending.Release();
            }
        }
    }
}
