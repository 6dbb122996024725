using System.Security.Cryptography;

namespace StreamForge.Hosting.Tls;

/// <summary>
/// What several files held at one moment. Secrets that are mounted are replaced by renaming a link to their folder, between any two reads: so
/// files are read until two readings agree. Content is compared, not dates, which such a link makes meaningless.
/// </summary>
internal sealed class FileContents
{
    // A link changes once in weeks; files that differ each time are being written by somebody who does not do it at once.
    private const int MostReadings = 4;
    private const int MostBytes = 1024 * 1024;
    private readonly Dictionary<string, byte[]> _files;

    private FileContents(Dictionary<string, byte[]> files)
    {
        _files = files;
        Digest = Convert.ToHexString(DigestOf(files));
    }

    /// <summary>Equal where all contents are.</summary>
    public string Digest { get; }

    /// <exception cref="CertificateFileException">One of them cannot be read.</exception>
    public static FileContents Read(IReadOnlyCollection<string> files)
    {
        var last = ReadOnce(files);
        for (var i = 1; i < MostReadings; i++)
        {
            var again = ReadOnce(files);
            if (again.Digest == last.Digest)
                return again;
            last = again;
        }
        throw new CertificateFileException($"{string.Join(", ", files)}: changed while being read.");
    }

    public byte[] this[string file] => _files[file];

    private static FileContents ReadOnce(IReadOnlyCollection<string> files)
    {
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in files)
            contents[file] = ReadOne(file);
        return new FileContents(contents);
    }

    private static byte[] ReadOne(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > MostBytes)
                throw new CertificateFileException($"{file}: has {stream.Length} bytes, which no certificate or key has.");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CertificateFileException($"{file}: {error.Message}", error);
        }
    }

    private static byte[] DigestOf(Dictionary<string, byte[]> files)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, bytes) in files.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            digest.AppendData(System.Text.Encoding.UTF8.GetBytes(name));
            digest.AppendData(SHA256.HashData(bytes));
        }
        return digest.GetHashAndReset();
    }
}
