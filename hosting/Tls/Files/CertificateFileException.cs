namespace StreamForge.Hosting.Tls;

/// <summary>Files that cannot be used, in one sentence.</summary>
internal sealed class CertificateFileException : Exception
{
    public CertificateFileException(string message)
        : base(message)
    {
    }

    public CertificateFileException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
