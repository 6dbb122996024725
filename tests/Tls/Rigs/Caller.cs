using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace StreamForge.Tests.Tls.Rigs;

/// <summary>Who called a <see cref="Doorway"/> through a middleware of its own.</summary>
internal sealed class Caller : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource<ConnectionContext> _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    public Caller(ConnectionContext connection, Func<ConnectionContext, ConnectionDelegate, Task> middleware) => _running = Run(connection, middleware);

    /// <summary>Says something, and returns what it hears.</summary>
    public async Task<string> Says(string text)
    {
        var transport = (await _open.Task.WaitAsync(Deadline)).Transport;
        await transport.Output.WriteAsync(Encoding.UTF8.GetBytes(text));
        while (true)
        {
            var read = await transport.Input.ReadAsync().AsTask().WaitAsync(Deadline);
            var enough = read.Buffer.Length >= text.Length;
            var heard = enough ? Encoding.UTF8.GetString(read.Buffer.ToArray()) : "";
            transport.Input.AdvanceTo(enough ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            if (enough)
                return heard;
            if (read.IsCompleted)
                throw new IOException("The other side closed the connection.");
        }
    }

    /// <summary>Why it does not get through.</summary>
    public async Task<string> Refused() => (await Assert.ThrowsAsync<Hosting.Tls.LinkRefusedException>(() => _open.Task.WaitAsync(Deadline))).Message;

    public async ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        await _running;
    }

    private async Task Run(ConnectionContext connection, Func<ConnectionContext, ConnectionDelegate, Task> middleware)
    {
        await using (connection)
        {
            try
            {
                await middleware(connection, context =>
                {
                    _open.TrySetResult(context);
                    return _end.Task;
                });
            }
            catch (Exception error)
            {
                _open.TrySetException(error);
            }
        }
    }
}
