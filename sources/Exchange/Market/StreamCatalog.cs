using System.Text;

namespace StreamForge.Sources.Exchange.Market;

/// <summary>
/// The streams of an exchange by name. Speeds do not make streams: <c>@depth</c>, <c>@depth@0ms</c> and <c>@depth@100ms</c> are
/// one.
/// </summary>
public sealed class StreamCatalog
{
    private const int MaxName = 200;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StreamKey> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StreamKey>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    public StreamCatalog() => _bySpan = _byName.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The stream of a Binance name, <c>btcusdt@depth@100ms</c>.</summary>
    /// <returns>Null where the text is not a stream's name.</returns>
    public StreamKey? OfBinance(ReadOnlySpan<char> name)
    {
        lock (_lock)
        {
            if (_bySpan.TryGetValue(name, out var known))
                return known;
            if (name.Length > MaxName || name.IndexOf('@') is not (> 0 and var at))
                return null;
            var kind = name[(at + 1)..];
            if (kind.IndexOf('@') is >= 0 and var speed)
                kind = kind[..speed];
            if (kind.IsEmpty)
                return null;
            var key = Get(name[..at].ToString().ToLowerInvariant(), name[..at].ToString().ToUpperInvariant(), kind.ToString());
            _byName[name.ToString()] = key;
            return key;
        }
    }

    /// <summary>The stream of a Binance name in UTF-8.</summary>
    public StreamKey? OfBinance(ReadOnlySpan<byte> name)
    {
        if (name.Length > MaxName)
            return null;
        Span<char> text = stackalloc char[MaxName];
        return OfBinance(text[..Encoding.UTF8.GetChars(name, text)]);
    }

    /// <summary>The stream of a Kraken channel (<c>book</c>, <c>trade</c>) and pair (<c>XBT/USD</c>).</summary>
    public StreamKey OfKraken(string channel, string pair)
    {
        lock (_lock)
            return Get(pair, pair, channel);
    }

    private StreamKey Get(string prefix, string symbol, string kind)
    {
        var name = $"{prefix}@{kind}";
        if (!_byName.TryGetValue(name, out var key))
            _byName[name] = key = new StreamKey(name, symbol, kind);
        return key;
    }
}
