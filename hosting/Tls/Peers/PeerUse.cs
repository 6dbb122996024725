using System.Security.Cryptography;

namespace StreamForge.Hosting.Tls;

/// <summary>What a side of a connection is there: decides what its certificate must be for (RFC 5280, 4.2.1.12).</summary>
internal enum PeerUse
{
    /// <summary>It was called.</summary>
    Server,

    /// <summary>It calls.</summary>
    Client,
}

internal static class PeerUses
{
    private static readonly Oid Server = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid Client = new("1.3.6.1.5.5.7.3.2");

    /// <summary>The purpose that an extended key usage must name, where there is one.</summary>
    public static Oid Purpose(this PeerUse use) => use == PeerUse.Server ? Server : Client;
}
