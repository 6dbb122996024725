using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Candles;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market;

/// <summary>The newest trades in order of time and id, whatever order they came in; trades without ids in order of arrival.</summary>
public sealed class TradeTape
{
    // Values, not objects: half a thousand trades of each instrument would be what a garbage collection looks at most, and a
    // checkpoint would wait for the memory of each of them.
    private TradePrint[] _ring = new TradePrint[500];
    private int _head;
    private string _instrument = "";

    public int Capacity => _ring.Length;

    public int Count { get; private set; }

    /// <summary>The trade with the latest time; null where there is none.</summary>
    public Trade? Newest { get; private set; }

    /// <summary>Adds a trade of the tape's one instrument. Where it is full the oldest goes, which may be this one.</summary>
    public void Add(Trade trade)
    {
        _instrument = trade.Instrument;
        var print = TradePrint.Of(trade);
        var rank = 0;
        while (rank < Count && print.Key < At(rank).Key)
            rank++;
        if (Count == _ring.Length)
        {
            if (rank == Count)
                return;
            _head = Slot(1);
            Count--;
        }

        Count++;
        for (var i = 0; i < rank; i++)
            At(i) = At(i + 1);
        At(rank) = print;
        if (rank == 0)
            Newest = trade;
    }

    /// <summary>Keeps so many of the newest.</summary>
    public void Resize(int capacity)
    {
        if (capacity == _ring.Length)
            return;
        var kept = new TradePrint[capacity];
        var count = Math.Min(capacity, Count);
        for (var i = 0; i < count; i++)
            kept[count - 1 - i] = At(i);
        (_ring, _head, Count) = (kept, 0, count);
    }

    /// <summary>The newest <paramref name="limit"/> or all, newest first.</summary>
    public Trade[] Top(int limit)
    {
        var top = new Trade[Math.Min(limit, Count)];
        for (var i = 0; i < top.Length; i++)
            top[i] = At(i).ToTrade(_instrument);
        return top;
    }

    public void Write(StateWriter writer)
    {
        writer.Count(Count);
        for (var i = Count - 1; i >= 0; i--)
            At(i).Write(writer);
    }

    public void Read(ref StateReader reader, string instrument)
    {
        var count = reader.Count();
        (_ring, _head, Count, _instrument) = (new TradePrint[Math.Max(1, count)], 0, count, instrument);
        for (var i = 0; i < count; i++)
            _ring[i] = TradePrint.Read(ref reader);
        Newest = count == 0 ? null : At(0).ToTrade(instrument);
    }

    /// <summary>The trade at <paramref name="rank"/>, from 0 for the newest.</summary>
    private ref TradePrint At(int rank) => ref _ring[Slot(Count - 1 - rank)];

    private int Slot(int index) => (_head + index) % _ring.Length;
}
