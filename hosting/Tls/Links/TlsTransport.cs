using System.IO.Pipelines;
using System.Net.Security;

namespace StreamForge.Hosting.Tls;

/// <summary>What goes over a connection, after its handshake.</summary>
internal sealed class TlsTransport(SslStream stream) : IDuplexPipe, IAsyncDisposable
{
    // Two records of TLS (RFC 8446, 5.1): a read takes what has come rather than a piece of it.
    private const int Buffer = 32 * 1024;

    public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: Buffer, leaveOpen: true));

    public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: Buffer, leaveOpen: true));

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
