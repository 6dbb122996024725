using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using StreamForge.Sources.Exchange;

namespace StreamForge.Tests.Sources.Exchange;

/// <summary>A plain WebSocket client.</summary>
internal sealed class Subscriber : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private byte[] _buffer = new byte[1 << 20];

    public static async Task<Subscriber> ConnectAsync(ExchangeHost host, string path)
    {
        var subscriber = new Subscriber();
        await subscriber._socket.ConnectAsync(new Uri(host.WebSocketEndpoint, path), Deadline.Token());
        return subscriber;
    }

    public Task SayAsync(string text) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Deadline.Token());

    /// <summary>The next message.</summary>
    public async Task<byte[]> NextAsync()
    {
        var used = 0;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(used), Deadline.Token());
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            used += received.Count;
            if (received.EndOfMessage)
                return _buffer[..used];
            if (used == _buffer.Length)
                Array.Resize(ref _buffer, used * 2);
        }
    }

    public async Task<JsonElement> NextJsonAsync() => JsonDocument.Parse(await NextAsync()).RootElement;

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
