using System.Buffers;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>
/// The bytes of one connection, below the WebSocket framing. Gathers frames while corked, so that a burst costs one write; and
/// can fall silent: the connection stays open, but nothing, not even the answer to a ping, is sent.
/// </summary>
/// <remarks>Every write is one whole WebSocket frame, so dropping writes leaves the framing intact.</remarks>
internal sealed class GatedStream(Stream inner) : Stream
{
    private const int MaxGathered = 64 * 1024;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ArrayBufferWriter<byte> _gathered = new(4096);
    private volatile bool _silent;
    private bool _corked;

    public bool Silent
    {
        get => _silent;
        set => _silent = value;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>From now on frames are gathered.</summary>
    public async ValueTask CorkAsync(CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        _corked = true;
        _writing.Release();
    }

    /// <summary>Sends what was gathered.</summary>
    public async ValueTask UncorkAsync(CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            _corked = false;
            await SendGatheredAsync(cancellation);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (_silent)
                return;
            if (!_corked && _gathered.WrittenCount == 0)
            {
                await inner.WriteAsync(buffer, cancellationToken);
                return;
            }

            _gathered.Write(buffer.Span);
            if (!_corked || _gathered.WrittenCount >= MaxGathered)
                await SendGatheredAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer, offset, count, cancellationToken);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _writing.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask SendGatheredAsync(CancellationToken cancellation)
    {
        if (_gathered.WrittenCount == 0)
            return;
        await inner.WriteAsync(_gathered.WrittenMemory, cancellation);
        _gathered.ResetWrittenCount();
    }
}
