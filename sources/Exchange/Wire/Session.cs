using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;
using StreamForge.Sources.Exchange.Market;
using StreamForge.Sources.Exchange.Playback;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>
/// One connected subscriber: a queue that its sender empties, and a receiver that hears its commands. The queue is bounded, and a
/// full one makes the market wait: a replay loses nothing on the way out.
/// </summary>
internal abstract class Session
{
    private const int QueueFrames = 4096;
    private const int MaxCommandBytes = 256 * 1024;

    private readonly WebSocket _socket;
    private readonly GatedStream _gate;
    private readonly Action _abort;
    private readonly TimeProvider _time;
    private readonly Channel<Outgoing> _queue =
        Channel.CreateUnbounded<Outgoing>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Signal _room = new();
    private int _queued;
    private volatile bool _over;
    private long _silentUntil;
    private long _sent;

    protected Session(Connection connection, Hub hub, TimeProvider time)
    {
        _socket = connection.Socket;
        _gate = connection.Gate;
        _abort = connection.Abort;
        _time = time;
        Hub = hub;
        Id = connection.Id;
    }

    public long Id { get; }

    /// <summary>Messages handed to the socket.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Names of the streams subscribed to.</summary>
    public abstract IReadOnlyCollection<string> Subscriptions { get; }

    protected Hub Hub { get; }

    /// <summary>What is said when nothing was said for this long.</summary>
    protected abstract TimeSpan QuietInterval { get; }

    public abstract bool IsSubscribed(StreamKey stream);

    /// <summary>Whether this subscriber gets a frame, and in which form.</summary>
    public abstract bool Wants(in MarketFrame frame, long number, out ReadOnlyMemory<byte> bytes);

    /// <summary>Queues a message at once. Messages to a closed session are gone, as on a real link.</summary>
    public void Send(ReadOnlyMemory<byte> bytes) => Queue(new Outgoing(bytes, null));

    /// <summary>Waits while the queue is full.</summary>
    public ValueTask RoomAsync(CancellationToken cancellation) =>
        IsFull ? new ValueTask(WaitForRoomAsync(cancellation)) : ValueTask.CompletedTask;

    /// <summary>Waits until all that was queued is written to the socket, or the session is over.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Queue(new Outgoing(default, flushed)))
            await flushed.Task.WaitAsync(cancellation);
    }

    /// <summary>Cuts the connection without a word.</summary>
    public void Cut() => _abort();

    /// <summary>Says nothing more, nor answers pings, for a time; frames due in it are gone.</summary>
    public void FallSilent(TimeSpan duration)
    {
        var until = duration == Timeout.InfiniteTimeSpan ? long.MaxValue : _time.GetUtcNow().Add(duration).Ticks;
        Interlocked.Exchange(ref _silentUntil, until);
        _gate.Silent = true;
    }

    /// <summary>Speaks again.</summary>
    public void EndSilence()
    {
        Interlocked.Exchange(ref _silentUntil, 0);
        _gate.Silent = false;
    }

    /// <summary>Serves the subscriber until either side ends.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var sending = SendLoopAsync(over.Token);
        var receiving = ReceiveLoopAsync(over.Token);
        await Task.WhenAny(sending, receiving);
        await over.CancelAsync();
        _queue.Writer.TryComplete();
        _over = true;
        _room.Raise();
        await Task.WhenAll(Ended(sending), Ended(receiving));
        if (_socket.State == WebSocketState.CloseReceived)
            await Ended(_socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellation));
        while (_queue.Reader.TryRead(out var left))
            left.Flushed?.TrySetResult();
    }

    protected abstract ValueTask OnCommandAsync(ReadOnlyMemory<byte> command, CancellationToken cancellation);

    /// <summary>Nothing was sent for <see cref="QuietInterval"/>.</summary>
    protected abstract ValueTask OnQuietAsync(CancellationToken cancellation);

    /// <summary>Sends a WebSocket ping; only from <see cref="OnQuietAsync"/>.</summary>
    protected ValueTask PingAsync(CancellationToken cancellation) =>
        _gate.WriteAsync(new byte[] { 0x89, 0x00 }, cancellation);

    /// <summary>Sends at once, past the queue; only from <see cref="OnQuietAsync"/>.</summary>
    protected ValueTask SayAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        _socket.SendAsync(bytes, WebSocketMessageType.Text, true, cancellation);

    private bool IsFull => Volatile.Read(ref _queued) >= QueueFrames && !_over;

    private bool Queue(Outgoing outgoing)
    {
        Interlocked.Increment(ref _queued);
        return _queue.Writer.TryWrite(outgoing);
    }

    private async Task WaitForRoomAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var room = _room.Next;
            if (!IsFull)
                return;
            await room.WaitAsync(cancellation);
        }
    }

    private async Task SendLoopAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var more = _queue.Reader.WaitToReadAsync(cancellation);
            if (!(more.IsCompletedSuccessfully ? more.Result : await QuietlyAsync(more.AsTask(), cancellation)))
                return;
            await SendBurstAsync(cancellation);
        }
    }

    /// <summary>Sends what is queued in one write, up to a mark that somebody waits for.</summary>
    private async ValueTask SendBurstAsync(CancellationToken cancellation)
    {
        TaskCompletionSource? flushed = null;
        try
        {
            await _gate.CorkAsync(cancellation);
            flushed = await SendQueuedAsync(cancellation);
            await _gate.UncorkAsync(cancellation);
        }
        finally
        {
            // Over a broken link nothing more will be written: who waits for it need not.
            flushed?.TrySetResult();
        }
    }

    /// <summary>Waits for messages and fills the silence meanwhile.</summary>
    private async Task<bool> QuietlyAsync(Task<bool> more, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await more.WaitAsync(QuietInterval, _time, cancellation);
            }
            catch (TimeoutException)
            {
                if (!IsSilent())
                    await OnQuietAsync(cancellation);
            }
        }
    }

    private async ValueTask<TaskCompletionSource?> SendQueuedAsync(CancellationToken cancellation)
    {
        while (_queue.Reader.TryRead(out var next))
        {
            if (Interlocked.Decrement(ref _queued) == QueueFrames / 2)
                _room.Raise();
            if (next.Flushed is not null)
                return next.Flushed;
            if (IsSilent())
                continue;
            await _socket.SendAsync(next.Bytes, WebSocketMessageType.Text, true, cancellation);
            Interlocked.Increment(ref _sent);
        }

        return null;
    }

    private bool IsSilent()
    {
        var until = Interlocked.Read(ref _silentUntil);
        if (until == 0)
            return false;
        if (_time.GetUtcNow().Ticks < until)
            return true;
        EndSilence();
        return false;
    }

    private async Task ReceiveLoopAsync(CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        var command = new ArrayBufferWriter<byte>();
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                _queue.Writer.TryComplete();
                return;
            }

            command.Write(buffer.AsSpan(0, received.Count));
            if (command.WrittenCount > MaxCommandBytes)
                return;
            if (!received.EndOfMessage)
                continue;
            await OnCommandAsync(command.WrittenSpan.ToArray(), cancellation);
            command.ResetWrittenCount();
        }
    }

    /// <summary>A link may break at any time: that ends the session and is no error of the exchange.</summary>
    private static async Task Ended(Task loop)
    {
        try
        {
            await loop;
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException
            or ObjectDisposedException or InvalidOperationException)
        {
            return;
        }
    }

    private readonly record struct Outgoing(ReadOnlyMemory<byte> Bytes, TaskCompletionSource? Flushed);
}

/// <summary>What a session is made on.</summary>
/// <param name="Id">Number of the connection, from 1.</param>
/// <param name="Socket">The accepted socket.</param>
/// <param name="Gate">The stream below it.</param>
/// <param name="Abort">Cuts the TCP connection.</param>
internal sealed record Connection(long Id, WebSocket Socket, GatedStream Gate, Action Abort);
