using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace StreamForge.Tests.Tls.Rigs;

/// <summary>A port of this machine behind a middleware of connections; who gets through hears again what it says.</summary>
internal sealed class Doorway : IAsyncDisposable
{
    private readonly IConnectionListener _listener;
    private readonly Func<ConnectionContext, ConnectionDelegate, Task> _middleware;
    private readonly Task _accepting;
    private readonly List<Task> _connections = [];
    private int _entered;

    private Doorway(IConnectionListener listener, Func<ConnectionContext, ConnectionDelegate, Task> middleware)
    {
        (_listener, _middleware) = (listener, middleware);
        _accepting = Accept();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.EndPoint;

    /// <summary>How many got through.</summary>
    public int Entered => Volatile.Read(ref _entered);

    public static async Task<Doorway> Open(Func<ConnectionContext, ConnectionDelegate, Task> middleware)
    {
        var factory = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        return new Doorway(await factory.BindAsync(new IPEndPoint(IPAddress.Loopback, 0)), middleware);
    }

    /// <summary>Calls it.</summary>
    public async Task<Caller> Call(Func<ConnectionContext, ConnectionDelegate, Task> middleware)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(EndPoint);
        var connections = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), NullLogger.Instance);
        return new Caller(connections.Create(socket), middleware);
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.UnbindAsync();
        await _accepting;
        foreach (var connection in _connections)
            await connection;
        await _listener.DisposeAsync();
    }

    private async Task Accept()
    {
        while (await _listener.AcceptAsync() is { } connection)
            _connections.Add(Serve(connection));
    }

    private async Task Serve(ConnectionContext connection)
    {
        await using (connection)
        {
            try
            {
                await _middleware(connection, Echo);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or Hosting.Tls.LinkRefusedException or ConnectionResetException)
            {
                // The caller is gone, or was refused.
            }
        }
    }

    private async Task Echo(ConnectionContext context)
    {
        Interlocked.Increment(ref _entered);
        while (true)
        {
            var read = await context.Transport.Input.ReadAsync();
            await context.Transport.Output.WriteAsync(read.Buffer.ToArray());
            context.Transport.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled)
                return;
        }
    }
}
