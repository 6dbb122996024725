using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace StreamForge.Hosting.Tls;

/// <summary>A connection without TLS, in a process that has none: should the other side have some, that is said instead of something about lengths.</summary>
internal sealed class PlainLink(RefusalLog refusals)
{
    /// <param name="port">For whom the port is that the connection came to; none where this process called.</param>
    public async Task OnConnection(ConnectionContext context, ConnectionDelegate next, string? port)
    {
        var transport = context.Transport;
        context.Transport = new Link(new PlainReader(transport.Input, () => Refuse(context, port)), transport.Output);
        try
        {
            await next(context);
        }
        finally
        {
            context.Transport = transport;
        }
    }

    private LinkRefusedException Refuse(ConnectionContext context, string? port)
    {
        var refusal = new PeerRefusal(RefusalKind.Tls, "it speaks TLS, and Cluster:Tls is not set in this process");
        if (port is null)
            refusals.Called(context.RemoteEndPoint, refusal);
        else
            refusals.Caller(context.RemoteEndPoint, port, refusal);
        return new LinkRefusedException($"no plain text with {context.RemoteEndPoint}: {refusal.Reason}.");
    }

    private sealed record Link(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Looks at the first bytes that come, when they are read: who calls speaks first, so nothing can be waited for before.</summary>
    private sealed class PlainReader(PipeReader inner, Func<Exception> refuse) : PipeReader
    {
        private bool _isPlain;

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            _isPlain ? inner.ReadAsync(cancellationToken) : ReadFirst(cancellationToken);

        public override bool TryRead(out ReadResult result)
        {
            if (!inner.TryRead(out result))
                return false;
            result = Checked(result);
            return true;
        }

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        private async ValueTask<ReadResult> ReadFirst(CancellationToken cancellation) => Checked(await inner.ReadAsync(cancellation));

        // Nothing is consumed of fewer bytes than it takes: the engine's frames begin with four for their length.
        private ReadResult Checked(ReadResult result)
        {
            if (_isPlain || result.Buffer.Length < TlsRecords.MarkLength)
                return result;
            if (TlsRecords.Begins(result.Buffer))
                throw refuse();
            _isPlain = true;
            return result;
        }
    }
}
