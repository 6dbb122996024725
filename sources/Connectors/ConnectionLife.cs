using System.Globalization;
using System.Net.WebSockets;

namespace StreamForge.Sources.Connectors;

/// <summary>What belongs to one life of a connection: the socket, the talk, the numbers of its frames.</summary>
internal sealed class ConnectionLife(
    ClientWebSocket socket, IVenueDialogue dialogue, string id, TimeSpan sendTimeout, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1);
    private long _frames;

    public ClientWebSocket Socket { get; } = socket;

    public IVenueDialogue Dialogue { get; } = dialogue;

    /// <summary>Of the frame received next: the life and its place in it.</summary>
    public string NextEventId() => string.Create(CultureInfo.InvariantCulture, $"{id}-{++_frames}");

    /// <exception cref="TimeoutException">The other side takes nothing.</exception>
    public async Task Send(ReadOnlyMemory<byte> command, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            await Socket.SendAsync(command, WebSocketMessageType.Text, endOfMessage: true, cancellation).AsTask()
                .WaitAsync(sendTimeout, time, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    public void Dispose() => _sending.Dispose();
}
