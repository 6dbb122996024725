using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;

namespace StreamForge.Hosting.Tls;

/// <summary>The door of a silo: who comes must speak TLS and show a certificate that counts; who does not gets no further than this.</summary>
/// <param name="port">For whom the port is: <c>silos</c>, <c>clients</c>.</param>
/// <param name="names">One of them the caller's certificate must have.</param>
internal sealed class InboundTls(ClusterIdentity identity, string port, IReadOnlyList<string> names, RefusalLog refusals, TimeProvider time)
{
    private static readonly TimeSpan HangsUpWithin = TimeSpan.FromSeconds(1);
    private static readonly PeerRefusal NoTls = new(RefusalKind.PlainText, "it speaks no TLS, which this cluster wants (Cluster:Tls)");

    public async Task OnConnection(ConnectionContext context, ConnectionDelegate next)
    {
        if (await Open(context) is not { } stream)
            return;
        var plain = context.Transport;
        await using var transport = new TlsTransport(stream);
        context.Transport = transport;
        try
        {
            await next(context);
        }
        finally
        {
            context.Transport = plain;
        }
    }

    /// <returns>None where the caller does not come in, or is gone.</returns>
    private async Task<SslStream?> Open(ConnectionContext context)
    {
        using var late = new CancellationTokenSource(TlsHandshake.Within, time);
        SslStream? stream = null;
        var verdict = new Verdict();
        PeerRefusal? refusal = null;
        try
        {
            if (await Speaks(context, late.Token) is not { } tls)
                return null;
            if (!tls)
            {
                refusals.Caller(context.RemoteEndPoint, port, NoTls);
                await Tell(context);
                return null;
            }
            stream = new SslStream(new DuplexStream(context.Transport));
            refusal = await Judge(stream, verdict, late.Token);
            if (refusal is null)
                return stream;
        }
        catch (OperationCanceledException)
        {
            // Or else the silo ends.
            if (late.IsCancellationRequested)
                refusal = verdict.Refusal ?? TlsHandshake.TooSlow;
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            refusal = verdict.Refusal ?? TlsHandshake.Explain(error);
        }
        if (refusal is not null)
            refusals.Caller(context.RemoteEndPoint, port, refusal);
        if (stream is not null)
            await stream.DisposeAsync();
        return null;
    }

    /// <summary>Whether the caller's first bytes are TLS; none where it went without a word, as those do who only look whether a port is open.</summary>
    private static async Task<bool?> Speaks(ConnectionContext context, CancellationToken cancellation)
    {
        var input = context.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(cancellation);
            var enough = read.Buffer.Length >= TlsRecords.MarkLength;
            var tls = enough && TlsRecords.Begins(read.Buffer);
            // Nothing is taken; unless more is needed, nothing counts as seen either: whoever reads next has it at once.
            input.AdvanceTo(read.Buffer.Start, enough ? read.Buffer.Start : read.Buffer.End);
            if (enough)
                return tls;
            if (read.IsCompleted || read.IsCanceled)
                return null;
        }
    }

    /// <summary>
    /// Tells a caller without TLS that there is TLS here, and waits a moment for it to hang up: closing on what it has said and nobody has read would take
    /// back what it was told (RFC 9293, 3.10.4).
    /// </summary>
    private async Task Tell(ConnectionContext context)
    {
        using var moment = new CancellationTokenSource(HangsUpWithin, time);
        try
        {
            await context.Transport.Output.WriteAsync(TlsRecords.Alert, moment.Token);
            var input = context.Transport.Input;
            while (await input.ReadAsync(moment.Token) is { IsCompleted: false, IsCanceled: false } read)
                input.AdvanceTo(read.Buffer.End);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // It was said in our log anyway.
        }
    }

    /// <summary>
    /// Who shows no certificate is cut off in the handshake. Any other completes it, to be told inside what is wrong with his certificate; nothing
    /// that he says is heard before that.
    /// </summary>
    private async Task<PeerRefusal?> Judge(SslStream stream, Verdict verdict, CancellationToken cancellation)
    {
        var credentials = identity.Current;
        await stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = credentials.Certificate.Context,
                EnabledSslProtocols = TlsHandshake.Versions,
                ClientCertificateRequired = true,
                CertificateChainPolicy = PeerJudge.Policy(credentials.Authorities, PeerUse.Client, time.GetUtcNow()),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    verdict.Refusal = PeerJudge.Judge(certificate as X509Certificate2, chain, errors, names);
                    verdict.IsGiven = true;
                    return verdict.Refusal is not { Kind: RefusalKind.NoCertificate };
                },
                // Each connection is judged by what counts now, not by what counted when a session began.
                AllowTlsResume = false,
            },
            cancellation);
        if (!verdict.IsGiven)
            throw new AuthenticationException("nobody asked who it is");
        await stream.WriteAsync(new[] { verdict.Refusal is { } refusal ? (byte)refusal.Kind : TlsHandshake.Welcome }, cancellation);
        return verdict.Refusal;
    }

    /// <summary>What a handshake came to: no certificate is good because it was not looked at.</summary>
    private sealed class Verdict
    {
        public bool IsGiven { get; set; }

        public PeerRefusal? Refusal { get; set; }
    }
}
