using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace StreamForge.Hosting.Tls;

/// <summary>What a process shows the others of its cluster, and by whom others must be vouched for: read together, since they belong together.</summary>
internal sealed record ClusterCredentials(ServedCertificate Certificate, X509Certificate2Collection Authorities)
{
    /// <summary>Reads them, and sees whether the others will take them.</summary>
    /// <param name="isSilo">Whether the process is one; otherwise it is a client.</param>
    /// <exception cref="CertificateFileException">They cannot be used, or would not be taken: a sentence.</exception>
    public static ClusterCredentials Parse(ClusterTlsOptions options, bool isSilo, FileContents files, DateTimeOffset now)
    {
        var all = new ClusterCredentials(ServedCertificate.Parse(options, files), ParseAuthorities(options.Authorities!, files));
        var names = isSilo ? [options.SiloName!] : options.NamesOfClients;
        // A silo is called, and calls.
        PeerUse[] uses = isSilo ? [PeerUse.Server, PeerUse.Client] : [PeerUse.Client];
        foreach (var use in uses)
            if (PeerJudge.Judge(all.Certificate, all.Authorities, use, names, now) is { } refusal)
                throw new CertificateFileException($"{options.Certificate}: others would refuse this process: {refusal.Reason} (as {use.ToString().ToLowerInvariant()}).");
        return all;
    }

    private static X509Certificate2Collection ParseAuthorities(string file, FileContents files)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(Encoding.UTF8.GetString(files[file]));
        }
        catch (CryptographicException error)
        {
            throw new CertificateFileException($"{file}: {error.Message}", error);
        }
        return authorities.Count > 0 ? authorities : throw new CertificateFileException($"{file}: has no certificate.");
    }
}
