using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace StreamForge.Drills.Rigs;

/// <summary>
/// Passes connections on, byte for byte, until it is told to cut: then those that are there end without a word, and new ones come to nothing.
/// </summary>
internal sealed class TcpCut : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly EndPoint _target;
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private readonly Task _accepting;
    private volatile bool _isCut;

    /// <param name="target">A TCP address, or a Unix socket.</param>
    public TcpCut(EndPoint target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Accept();
    }

    /// <summary>Where to connect to instead, on 127.0.0.1.</summary>
    public int Port { get; }

    public void Cut()
    {
        _isCut = true;
        foreach (var socket in _open.Keys)
            socket.Dispose();
    }

    public void Mend() => _isCut = false;

    public async ValueTask DisposeAsync()
    {
        Cut();
        _listener.Dispose();
        await _accepting;
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync();
                if (_isCut)
                    near.Dispose();
                else
                    _ = Pass(near);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Nobody listens any more.
        }
    }

    private async Task Pass(Socket near)
    {
        using var far = new Socket(_target.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            _open[near] = _open[far] = 0;
            await far.ConnectAsync(_target);
            await Task.WhenAny(Copy(near, far), Copy(far, near));
        }
        catch (SocketException)
        {
            // The target is away: so are we.
        }
        finally
        {
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
            near.Dispose();
        }
    }

    private static async Task Copy(Socket from, Socket to)
    {
        var buffer = new byte[16 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The other side ends with this one.
        }
    }
}
