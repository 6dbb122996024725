using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace StreamForge.Hosting.Tls;

/// <summary>A certificate with its key, and those between it and its authority, which are sent along.</summary>
internal sealed class ServedCertificate
{
    private const string PemMark = "-----BEGIN ";

    private ServedCertificate(X509Certificate2 leaf, X509Certificate2Collection between)
    {
        Leaf = leaf;
        Between = between;
        // Offline: nothing that is missing is fetched from an address that a certificate names.
        Context = SslStreamCertificateContext.Create(leaf, between, offline: true);
    }

    public X509Certificate2 Leaf { get; }

    public X509Certificate2Collection Between { get; }

    public SslStreamCertificateContext Context { get; }

    public DateTimeOffset NotBefore => new(Leaf.NotBefore.ToUniversalTime());

    /// <summary>When it, or one that it hangs on, expires.</summary>
    public DateTimeOffset NotAfter => new(Between.Select(static one => one.NotAfter).Append(Leaf.NotAfter).Min().ToUniversalTime());

    /// <summary>What it is, in words: subject, serial number, until when.</summary>
    public string Description => string.Create(
        CultureInfo.InvariantCulture, $"{Leaf.Subject} (serial {Leaf.SerialNumber}), valid until {NotAfter:yyyy-MM-dd HH:mm:ss}Z");

    /// <summary>A sentence where it does not count at this time, or one that it hangs on does not.</summary>
    public string? ValidityProblem(DateTimeOffset now) =>
        now > NotAfter ? $"The certificate {Leaf.Subject} expired at {NotAfter:yyyy-MM-dd HH:mm:ss}Z."
        : now < NotBefore ? $"The certificate {Leaf.Subject} is not valid before {NotBefore:yyyy-MM-dd HH:mm:ss}Z."
        : null;

    /// <summary>Reads it from files that <paramref name="options"/> name.</summary>
    /// <exception cref="CertificateFileException">They cannot be used: a sentence.</exception>
    public static ServedCertificate Parse(CertificateOptions options, FileContents files)
    {
        var file = options.Certificate!;
        var password = Text(options.PasswordFile, files)?.TrimEnd('\r', '\n');
        try
        {
            var all = IsPem(files[file]) ? FromPem(options, files, password) : FromPfx(options, files[file], password);
            // The one with the key, wherever in the file it is.
            var leaf = all.FirstOrDefault(static one => one.HasPrivateKey) ?? throw new CertificateFileException($"{file}: has no private key.");
            all.Remove(leaf);
            return new ServedCertificate(leaf, all);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new CertificateFileException($"{file}: {error.Message}", error);
        }
    }

    private static bool IsPem(byte[] bytes) => bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(PemMark)) >= 0;

    private static X509Certificate2Collection FromPfx(CertificateOptions options, byte[] bytes, string? password) =>
        string.IsNullOrEmpty(options.Key)
            ? X509CertificateLoader.LoadPkcs12Collection(bytes, password)
            : throw new CertificateFileException($"{options.Certificate}: is no PEM; a PFX has its key in it, so {nameof(options.Key)} must not be set.");

    private static X509Certificate2Collection FromPem(CertificateOptions options, FileContents files, string? password)
    {
        var certificates = new X509Certificate2Collection();
        var text = Text(options.Certificate, files)!;
        certificates.ImportFromPem(text);
        if (certificates.Count == 0)
            throw new CertificateFileException($"{options.Certificate}: has no certificate.");
        var keyFile = string.IsNullOrEmpty(options.Key) ? options.Certificate! : options.Key;
        var key = Text(keyFile, files)!;
        // A PEM file is usually the certificate and then its chain, but not everybody's is.
        for (var i = 0; i < certificates.Count; i++)
            if (TryAddKey(certificates[i], key, password) is { } leaf)
            {
                certificates[i] = OperatingSystem.IsWindows() ? Reimported(leaf) : leaf;
                return certificates;
            }
        throw new CertificateFileException(
            $"{keyFile}: holds no key that fits a certificate of {options.Certificate}{(key.Contains("ENCRYPTED", StringComparison.Ordinal) ? $", or {nameof(options.PasswordFile)} does not open it" : "")}.");
    }

    private static X509Certificate2? TryAddKey(X509Certificate2 certificate, string key, string? password)
    {
        var pem = certificate.ExportCertificatePem();
        try
        {
            return password is null ? X509Certificate2.CreateFromPem(pem, key) : X509Certificate2.CreateFromEncryptedPem(pem, key, password);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            // Another one's key, another kind of key, or none.
            return null;
        }
    }

    // Windows' TLS does not take keys that are in memory only.
    private static X509Certificate2 Reimported(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);

    private static string? Text(string? file, FileContents files) => string.IsNullOrEmpty(file) ? null : Encoding.UTF8.GetString(files[file]);
}
