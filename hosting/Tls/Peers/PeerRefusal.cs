namespace StreamForge.Hosting.Tls;

/// <summary>Why the other side of a connection does not count.</summary>
/// <param name="Reason">A sentence without its end: "its certificate ... is signed by none of our authorities".</param>
internal sealed record PeerRefusal(RefusalKind Kind, string Reason);

/// <summary>Kinds of refusals. Those of a certificate are sent to whose it is, so their numbers stay.</summary>
internal enum RefusalKind : byte
{
    /// <summary>It shows none.</summary>
    NoCertificate = 2,

    /// <summary>It is signed by none of our authorities.</summary>
    Untrusted = 3,

    /// <summary>It has expired, or is not valid yet.</summary>
    Expired = 4,

    /// <summary>It is not meant for this side of a connection.</summary>
    Usage = 5,

    /// <summary>It is of another name.</summary>
    Name = 6,

    /// <summary>The other side speaks plain text, and this one TLS.</summary>
    PlainText = 100,

    /// <summary>The other side speaks TLS, and this one plain text.</summary>
    Tls = 101,

    /// <summary>The other side refuses us.</summary>
    RefusesUs = 102,

    /// <summary>The handshake failed.</summary>
    Handshake = 103,
}

internal static class RefusalKinds
{
    /// <summary>For counting.</summary>
    public static string Tag(this RefusalKind kind) => kind switch
    {
        RefusalKind.NoCertificate => "no-certificate",
        RefusalKind.Untrusted => "untrusted",
        RefusalKind.Expired => "expired",
        RefusalKind.Usage => "usage",
        RefusalKind.Name => "name",
        RefusalKind.PlainText => "plain-text",
        RefusalKind.Tls => "tls",
        RefusalKind.RefusesUs => "refuses-us",
        _ => "handshake",
    };

    /// <summary>What a side is told of its own certificate; it knows best what stands there.</summary>
    public static string ToldTo(this RefusalKind kind) => kind switch
    {
        RefusalKind.NoCertificate => "none was shown",
        RefusalKind.Untrusted => "it is signed by none of its authorities",
        RefusalKind.Expired => "it has expired or is not valid yet",
        RefusalKind.Usage => "it is not meant for clients (extended key usage)",
        RefusalKind.Name => "it is not of a name that may come to this port",
        _ => "it does not say why",
    };
}
