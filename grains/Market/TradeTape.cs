using StreamForge.Contracts.Market;
using StreamForge.Grains.Market.Candles;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market;

/// <summary>The newest trades in order of time and id, whatever order they came in; trades without ids in order of arrival.</summary>
public sealed class TradeTape
{
    private Trade[] _ring = new Trade[500];
    private int _head;

    public int Capacity => _ring.Length;

    public int Count { get; private set; }

    /// <summary>The trade at <paramref name="rank"/>, from 0 for the newest.</summary>
    public Trade this[int rank] => _ring[Slot(Count - 1 - rank)];

    public Trade? Newest => Count > 0 ? this[0] : null;

    public void Add(Trade trade)
    {
        var rank = 0;
        while (rank < Count && IsBefore(trade, this[rank]))
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
            _ring[Slot(Count - 1 - i)] = _ring[Slot(Count - 2 - i)];
        _ring[Slot(Count - 1 - rank)] = trade;
    }

    /// <summary>Keeps so many of the newest.</summary>
    public void Resize(int capacity)
    {
        if (capacity == _ring.Length)
            return;
        var kept = new Trade[capacity];
        var count = Math.Min(capacity, Count);
        for (var i = 0; i < count; i++)
            kept[count - 1 - i] = this[i];
        (_ring, _head, Count) = (kept, 0, count);
    }

    /// <summary>The newest <paramref name="limit"/> or all, newest first.</summary>
    public Trade[] Top(int limit)
    {
        var top = new Trade[Math.Min(limit, Count)];
        for (var i = 0; i < top.Length; i++)
            top[i] = this[i];
        return top;
    }

    public void Write(StateWriter writer)
    {
        writer.Count(Count);
        for (var i = Count - 1; i >= 0; i--)
            TradeCodec.Write(writer, this[i]);
    }

    public void Read(ref StateReader reader, string instrument)
    {
        var count = reader.Count();
        (_ring, _head, Count) = (new Trade[Math.Max(1, count)], 0, count);
        for (var i = 0; i < count; i++)
            _ring[i] = TradeCodec.Read(ref reader, instrument);
    }

    private int Slot(int index) => (_head + index) % _ring.Length;

    private static bool IsBefore(Trade a, Trade b) =>
        new TradeKey(a.Time.UtcTicks, a.TradeId ?? 0) < new TradeKey(b.Time.UtcTicks, b.TradeId ?? 0);
}
