using System.Buffers;

namespace StreamForge.Hosting.Tls;

/// <summary>The first bytes of TLS records (RFC 8446, 5.1), for telling TLS from plain text.</summary>
internal static class TlsRecords
{
    /// <summary>Bytes that it takes to tell.</summary>
    public const int MarkLength = 3;

    private const byte LowestType = 20;
    private const byte HighestType = 23;
    private const byte MajorVersion = 3;
    private const byte HighestMinorVersion = 4;

    /// <summary>
    /// A fatal alert, <c>protocol_version</c>: what a side without TLS can tell from anything that the engine sends. Its own frames begin with
    /// a length in little-endian order that would be 200,000 and more.
    /// </summary>
    public static ReadOnlyMemory<byte> Alert { get; } = new byte[] { 21, MajorVersion, 1, 0, 2, 2, 70 };

    /// <summary>Whether bytes begin a record.</summary>
    /// <param name="bytes"><see cref="MarkLength"/> or more.</param>
    public static bool Begins(ReadOnlySequence<byte> bytes)
    {
        Span<byte> mark = stackalloc byte[MarkLength];
        bytes.Slice(0, MarkLength).CopyTo(mark);
        return mark[0] is >= LowestType and <= HighestType && mark[1] == MajorVersion && mark[2] is > 0 and <= HighestMinorVersion;
    }
}
