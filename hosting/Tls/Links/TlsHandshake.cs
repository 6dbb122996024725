using System.Security.Authentication;

namespace StreamForge.Hosting.Tls;

/// <summary>What both sides of a handshake have in common.</summary>
/// <remarks>
/// Over the handshake the side that was called says one byte: that it has taken the other's certificate, or why not. With TLS 1.3 who calls is done
/// before its certificate was looked at (RFC 8446, 4.4.4), and would learn of a refusal from a connection that ends for no reason.
/// </remarks>
internal static class TlsHandshake
{
    public const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Come in. Any other word is a <see cref="RefusalKind"/>.</summary>
    public const byte Welcome = 1;

    private const string AlertMark = " alert ";

    /// <summary>Longer than any honest handshake takes.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    public static PeerRefusal TooSlow { get; } =
        new(RefusalKind.Handshake, $"it did not complete the TLS handshake within {Within.TotalSeconds} s");

    /// <summary>What is wrong, where it is not the other side's certificate.</summary>
    public static PeerRefusal Explain(Exception error)
    {
        var innermost = error.GetBaseException().Message.TrimEnd('.');
        var alert = innermost.IndexOf(AlertMark, StringComparison.Ordinal);
        return alert < 0
            ? new PeerRefusal(RefusalKind.Handshake, $"the TLS handshake failed: {innermost}")
            : new PeerRefusal(RefusalKind.RefusesUs, $"it refuses this process's certificate: TLS alert '{innermost[(alert + AlertMark.Length)..]}'");
    }
}
