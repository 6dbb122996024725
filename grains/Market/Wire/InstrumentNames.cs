using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace StreamForge.Grains.Market.Wire;

/// <summary>
/// Names of instruments from the bytes on the wire: checked and made a string once, then found without allocation. Bounded,
/// so that corrupt names cannot fill the memory.
/// </summary>
internal sealed class InstrumentNames
{
    private const int MaxKnown = 20_000;

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Func<string, string?> _toInstrument;

    /// <summary>Names that are instruments already: <c>venue:SYMBOL</c>.</summary>
    public InstrumentNames()
        : this(text => IsInstrument(text) ? text : null)
    {
    }

    /// <param name="toInstrument">The instrument of a name on the wire; none where it cannot be one.</param>
    public InstrumentNames(Func<string, string?> toInstrument)
    {
        _toInstrument = toInstrument;
        _lookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public bool TryGet(ReadOnlySpan<byte> name, [NotNullWhen(true)] out string? instrument)
    {
        instrument = null;
        if (name.IsEmpty || name.Length > MarketLimits.MaxInstrumentLength)
            return false;
        Span<char> chars = stackalloc char[MarketLimits.MaxInstrumentLength];
        if (!Encoding.UTF8.TryGetChars(name, chars, out var length))
            return false;
        if (_lookup.TryGetValue(chars[..length], out instrument))
            return true;
        instrument = _toInstrument(chars[..length].ToString());
        if (instrument is null)
            return false;
        if (_known.Count < MaxKnown)
            _known[chars[..length].ToString()] = instrument;
        return true;
    }

    /// <summary>Whether it is <c>venue:SYMBOL</c>, with characters that keys, paths and logs can carry.</summary>
    public static bool IsInstrument(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && text.Length <= MarketLimits.MaxInstrumentLength
            && IsName(text.AsSpan(0, colon)) && IsName(text.AsSpan(colon + 1));
    }

    /// <summary>Letters, digits, and <c>- _ .</c> between them.</summary>
    public static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return false;
        return !text.IsEmpty;
    }
}
