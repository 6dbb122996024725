using System.Text;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>Record keys as text, each made once. A missing key, or one that is not UTF-8, is the empty text.</summary>
internal sealed class KeyNames
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Dictionary<ReadOnlyMemory<byte>, string> _names = new(BytesComparer.Instance);

    public string Of(ReadOnlyMemory<byte>? key)
    {
        if (key is not { Length: > 0 } bytes)
            return "";
        if (_names.TryGetValue(bytes, out var name))
            return name;
        try
        {
            name = Strict.GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            name = "";
        }
        _names[bytes.ToArray()] = name;
        return name;
    }

    private sealed class BytesComparer : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        // FNV-1a, 32 bits: the same in every process.
        public int GetHashCode(ReadOnlyMemory<byte> bytes)
        {
            var hash = 2166136261u;
            foreach (var b in bytes.Span)
                hash = (hash ^ b) * 16777619u;
            return (int)hash;
        }
    }
}
