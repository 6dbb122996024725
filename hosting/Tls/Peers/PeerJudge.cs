using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace StreamForge.Hosting.Tls;

/// <summary>
/// Decides whether a certificate counts: signed by one of the configured authorities and by nobody else's, valid now, meant for this use, and of one of
/// the expected names (RFC 6125: DNS names among the alternative ones; the common name does not count).
/// </summary>
internal static class PeerJudge
{
    private const X509ChainStatusFlags Untrusted =
        X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid;

    /// <summary>How a chain is to be built: to these authorities, at this time, with nothing fetched from anywhere.</summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection authorities, PeerUse use, DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = now.UtcDateTime,
            VerificationTimeIgnored = false,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(use.Purpose());
        return policy;
    }

    /// <summary>Judges a certificate of our own as others will.</summary>
    public static PeerRefusal? Judge(
        ServedCertificate certificate, X509Certificate2Collection authorities, PeerUse use, IReadOnlyList<string> names, DateTimeOffset now)
    {
        using var chain = new X509Chain { ChainPolicy = Policy(authorities, use, now) };
        chain.ChainPolicy.ExtraStore.AddRange(certificate.Between);
        var errors = chain.Build(certificate.Leaf) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
        return Judge(certificate.Leaf, chain, errors, names);
    }

    /// <summary>Judges what a handshake brought.</summary>
    /// <param name="certificate">None where the other side showed none.</param>
    /// <param name="chain">Built by <see cref="Policy"/>.</param>
    /// <param name="errors">What the chain came to. That it found the name wanting is not looked at: it takes the common name for one.</param>
    /// <param name="names">One of them it must have.</param>
    /// <returns>None where it counts.</returns>
    public static PeerRefusal? Judge(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, IReadOnlyList<string> names)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return new PeerRefusal(RefusalKind.NoCertificate, "it shows no certificate");
        if ((errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) != SslPolicyErrors.None)
            return OfChain(certificate, chain);
        if (names.Any(name => certificate.MatchesHostname(name, allowWildcards: true, allowCommonName: false)))
            return null;
        return new PeerRefusal(RefusalKind.Name, $"its certificate {certificate.Subject} is of {NamesOf(certificate)}, not of {string.Join(" or ", names)}");
    }

    private static PeerRefusal OfChain(X509Certificate2 certificate, X509Chain? chain)
    {
        var flags = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status);
        if ((flags & Untrusted) != X509ChainStatusFlags.NoError)
            return new PeerRefusal(RefusalKind.Untrusted, $"its certificate {certificate.Subject}, issued by {certificate.Issuer}, is signed by none of our authorities");
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
            return new PeerRefusal(RefusalKind.Expired, $"its certificate {certificate.Subject} is valid from {Time(certificate.NotBefore)} to {Time(certificate.NotAfter)} only, or its authority no longer is");
        if (flags.HasFlag(X509ChainStatusFlags.NotValidForUsage))
            return new PeerRefusal(RefusalKind.Usage, $"its certificate {certificate.Subject} is not meant for this side of a connection (extended key usage)");
        return new PeerRefusal(RefusalKind.Untrusted, $"its certificate {certificate.Subject} does not count: {flags}");
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static all => all.EnumerateDnsNames()).ToArray();
        return names.Length == 0 ? "no DNS name" : string.Join(", ", names);
    }

    private static string Time(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
