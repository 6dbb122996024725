using System.Text;

namespace StreamForge.Sources.Connectors;

/// <summary>An instrument of a venue, in the spellings that are needed.</summary>
internal sealed class VenueSymbol
{
    /// <param name="name">The venue's spelling: <c>BTCUSDT</c>, <c>XBT/USD</c>.</param>
    /// <param name="instrument"><c>venue:SYMBOL</c>.</param>
    public VenueSymbol(string name, string instrument)
    {
        Name = name;
        Instrument = instrument;
        Utf8 = Encoding.UTF8.GetBytes(instrument);
    }

    public string Name { get; }

    public string Instrument { get; }

    /// <summary>Key and header of its records.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }
}
