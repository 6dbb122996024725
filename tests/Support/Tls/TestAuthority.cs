using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace StreamForge.Tests.Support.Tls;

/// <summary>An authority of a test's own, and the certificates that it signs.</summary>
public sealed class TestAuthority
{
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");
    private readonly TimeProvider _time;
    private readonly X509Certificate2 _certificate;

    /// <param name="name">Its common name.</param>
    /// <param name="time">What certificates are valid from and until follows it.</param>
    /// <param name="above">Who signs it; itself where nobody does.</param>
    public TestAuthority(string name, TimeProvider time, TestAuthority? above = null)
    {
        _time = time;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        var (from, to) = (time.GetUtcNow().AddDays(-1), time.GetUtcNow().AddDays(3650));
        _certificate = above is null
            ? request.CreateSelfSigned(from, to)
            : request.Create(above._certificate, from.AddHours(1), to.AddHours(-1), Serial()).CopyWithPrivateKey(key);
    }

    /// <summary>Without its key.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>Signs one for DNS names, valid for 90 days from a day ago where nothing else is said.</summary>
    public TestCertificate Issue(
        IEnumerable<string> names, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null, bool forServers = true, bool forClients = true,
        string subject = "CN=test")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        if (names.Any())
            request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, false));
        var uses = new OidCollection();
        if (forServers)
            uses.Add(ServerUse);
        if (forClients)
            uses.Add(ClientUse);
        if (uses.Count > 0)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, false));
        var now = _time.GetUtcNow();
        using var signed = request.Create(_certificate, notBefore ?? now.AddHours(-1), notAfter ?? now.AddDays(90), Serial());
        return new TestCertificate(signed.CopyWithPrivateKey(key));
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(8);
        serial[0] &= 0x7F;
        return serial;
    }
}

/// <summary>A certificate with its key.</summary>
public sealed record TestCertificate(X509Certificate2 Certificate)
{
    public string Pem => Certificate.ExportCertificatePem();

    public string KeyPem => Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
}
