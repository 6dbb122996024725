using StreamForge.Hosting.Tls;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Tls;

namespace StreamForge.Tests.Tls.Rigs;

/// <summary>The files of one process of a cluster: its certificate, its key, its authorities.</summary>
internal sealed class ClusterFiles : IDisposable
{
    public const string SiloName = "silo.streamforge.test";
    public const string ClientName = "client.streamforge.test";
    private const string Certificate = "tls.crt";
    private const string Key = "tls.key";
    private const string Authorities = "ca.crt";
    private readonly TempFolder _folder = new();
    private readonly MountedSecret _secret;

    public ClusterFiles(TestCertificate certificate, params TestAuthority[] authorities)
    {
        _secret = new MountedSecret(_folder.Path);
        Write(certificate, authorities);
        Options = new ClusterTlsOptions
        {
            Certificate = _secret.File(Certificate),
            Key = _secret.File(Key),
            Authorities = _secret.File(Authorities),
            SiloName = SiloName,
            ClientNames = [ClientName],
        };
    }

    public ClusterTlsOptions Options { get; }

    /// <summary>Of a silo, in order.</summary>
    public static ClusterFiles OfSilo(TestAuthority authority) => new(authority.Issue([SiloName]), authority);

    /// <summary>Of a client, in order.</summary>
    public static ClusterFiles OfClient(TestAuthority authority) => new(authority.Issue([ClientName]), authority);

    public void Write(TestCertificate certificate, params TestAuthority[] authorities) => Write(certificate.Pem, certificate.KeyPem, authorities);

    public void Write(string certificate, string key, params TestAuthority[] authorities) =>
        _secret.Write((Certificate, certificate), (Key, key), (Authorities, string.Concat(authorities.Select(static one => one.Pem + "\n"))));

    /// <summary>What a process makes of them.</summary>
    public ClusterIdentity Read(bool isSilo, TimeProvider time)
    {
        var errors = new List<string>();
        return ClusterIdentity.Read(Options, isSilo, time, errors) ?? throw new InvalidOperationException(string.Join(" ", errors));
    }

    public void Dispose() => _folder.Dispose();
}
