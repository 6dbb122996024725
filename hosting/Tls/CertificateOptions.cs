using System.ComponentModel.DataAnnotations;

namespace StreamForge.Hosting.Tls;

/// <summary>A certificate with its private key, as files that may be replaced while the process runs.</summary>
internal class CertificateOptions
{
    /// <summary>PEM of the certificate and of those between it and its authority, in any order; or a PFX. None (the default): no TLS.</summary>
    public string? Certificate { get; set; }

    /// <summary>PEM of its private key. Default: it is in the file of the certificate.</summary>
    public string? Key { get; set; }

    /// <summary>A file with the password of the PFX or of the key, without the line's end. Default: neither has one.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>How often it is looked whether the files have changed. Default 30 s; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether there is TLS at all.</summary>
    public bool IsSet => !string.IsNullOrWhiteSpace(Certificate);

    /// <summary>The files that make it up; the certificate's first.</summary>
    public virtual IEnumerable<string> Files => new[] { Certificate, Key, PasswordFile }.OfType<string>().Where(static file => file.Length > 0);

    /// <summary>What ranges do not tell.</summary>
    public virtual IEnumerable<string> Errors()
    {
        if (IsSet)
            yield break;
        foreach (var (name, value) in new[] { (nameof(Key), Key), (nameof(PasswordFile), PasswordFile) })
            if (!string.IsNullOrWhiteSpace(value))
                yield return $"{name} is set, but {nameof(Certificate)} is not.";
    }
}
