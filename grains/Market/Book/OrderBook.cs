using System.Collections.Immutable;
using StreamForge.Contracts.Market;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market.Book;

/// <summary>The order book in full depth: absolute quantities by price, both with their scale as received.</summary>
public sealed class OrderBook
{
    private readonly BookSide _bids = new(bids: true);
    private readonly BookSide _asks = new(bids: false);

    public BookSide Bids => _bids;

    public BookSide Asks => _asks;

    /// <summary>How many levels a side the venue keeps; deeper ones fall off. 0 for no limit.</summary>
    public int DepthLimit { get; private set; }

    /// <summary>How often the best bid was not below the best ask after a change.</summary>
    public long Crossed { get; private set; }

    /// <summary>Sets the levels that changed.</summary>
    public void Apply(ImmutableArray<PriceLevel> bids, ImmutableArray<PriceLevel> asks)
    {
        foreach (ref readonly var level in bids.AsSpan())
            _bids.Set(level);
        foreach (ref readonly var level in asks.AsSpan())
            _asks.Set(level);
        Settle();
    }

    /// <summary>Replaces the whole book.</summary>
    public void Replace(DepthSnapshot snapshot)
    {
        DepthLimit = snapshot.DepthLimit;
        _bids.Replace(snapshot.Bids.AsSpan());
        _asks.Replace(snapshot.Asks.AsSpan());
        Settle();
    }

    /// <summary>Kraken's CRC32 of the best ten levels a side.</summary>
    public uint Checksum() => BookChecksum.Compute(_asks, _bids);

    public void Write(StateWriter writer)
    {
        writer.Count(DepthLimit);
        writer.Signed(Crossed);
        _bids.Write(writer);
        _asks.Write(writer);
    }

    public void Read(ref StateReader reader)
    {
        DepthLimit = reader.Number();
        Crossed = reader.Signed();
        _bids.Read(ref reader);
        _asks.Read(ref reader);
    }

    private void Settle()
    {
        if (DepthLimit > 0)
        {
            _bids.Truncate(DepthLimit);
            _asks.Truncate(DepthLimit);
        }

        if (_bids.Count > 0 && _asks.Count > 0 && _bids[0].Price >= _asks[0].Price)
            Crossed++;
    }
}
