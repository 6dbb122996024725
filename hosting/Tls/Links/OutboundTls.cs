using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;

namespace StreamForge.Hosting.Tls;

/// <summary>A connection to a silo: it must show a certificate that counts, of the silos' name, and take ours.</summary>
internal sealed class OutboundTls(ClusterIdentity identity, RefusalLog refusals, TimeProvider time)
{
    /// <exception cref="LinkRefusedException">There is no connection to be had.</exception>
    public async Task OnConnection(ConnectionContext context, ConnectionDelegate next)
    {
        var plain = context.Transport;
        await using var transport = new TlsTransport(await Open(context));
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

    private async Task<SslStream> Open(ConnectionContext context)
    {
        using var late = new CancellationTokenSource(TlsHandshake.Within, time);
        PeerRefusal? refusal = null;
        var stream = new SslStream(new DuplexStream(context.Transport));
        try
        {
            await stream.AuthenticateAsClientAsync(Options(judged => refusal = judged), late.Token);
            refusal = await WordOf(stream, late.Token);
            if (refusal is null)
                return stream;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            refusal ??= TlsHandshake.TooSlow;
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            refusal ??= TlsHandshake.Explain(error);
            if (refusal.Kind == RefusalKind.Handshake && !stream.IsAuthenticated)
                refusal = refusal with { Reason = $"{refusal.Reason}; is Cluster:Tls set there?" };
        }
        finally
        {
            if (refusal is not null || !stream.IsAuthenticated)
                await stream.DisposeAsync();
        }
        refusals.Called(context.RemoteEndPoint, refusal);
        throw new LinkRefusedException($"no TLS with the silo at {context.RemoteEndPoint}: {refusal.Reason}.");
    }

    /// <returns>None where this process is welcome.</returns>
    private static async Task<PeerRefusal?> WordOf(SslStream stream, CancellationToken cancellation)
    {
        var word = new byte[1];
        var said = await stream.ReadAsync(word, cancellation) == 1;
        if (said && word[0] == TlsHandshake.Welcome)
            return null;
        var why = said ? ((RefusalKind)word[0]).ToldTo() : "it closed the connection";
        return new PeerRefusal(RefusalKind.RefusesUs, $"it refuses this process's certificate: {why}");
    }

    private SslClientAuthenticationOptions Options(Action<PeerRefusal> refused)
    {
        var credentials = identity.Current;
        var name = identity.Options.SiloName!;
        return new SslClientAuthenticationOptions
        {
            TargetHost = name,
            ClientCertificateContext = credentials.Certificate.Context,
            EnabledSslProtocols = TlsHandshake.Versions,
            CertificateChainPolicy = PeerJudge.Policy(credentials.Authorities, PeerUse.Server, time.GetUtcNow()),
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                if (PeerJudge.Judge(certificate as X509Certificate2, chain, errors, [name]) is not { } refusal)
                    return true;
                refused(refusal);
                return false;
            },
            AllowTlsResume = false,
        };
    }
}
