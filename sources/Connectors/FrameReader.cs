using System.Net.WebSockets;

namespace StreamForge.Sources.Connectors;

/// <summary>Whole messages from a socket.</summary>
internal sealed class FrameReader(WebSocket socket, int maxBytes)
{
    private byte[] _buffer = new byte[64 * 1024];

    /// <summary>The next message, as bytes of its own; none when the other side closed.</summary>
    /// <exception cref="FrameTooLongException">It is longer than allowed.</exception>
    public async ValueTask<byte[]?> Next(CancellationToken cancellation)
    {
        var length = 0;
        while (true)
        {
            if (length == _buffer.Length)
                Grow();
            var part = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellation);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            length += part.Count;
            if (part.EndOfMessage)
                return _buffer.AsSpan(0, length).ToArray();
        }
    }

    private void Grow()
    {
        if (_buffer.Length >= maxBytes)
            throw new FrameTooLongException($"a message is longer than {maxBytes} bytes");
        Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, Math.Max(maxBytes, _buffer.Length)));
    }
}

/// <summary>A message is longer than <see cref="ConnectorOptions.MaxFrameBytes"/>.</summary>
internal sealed class FrameTooLongException(string message) : Exception(message);
