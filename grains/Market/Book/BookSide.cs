using StreamForge.Contracts.Market;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market.Book;

/// <summary>
/// The levels of one side, in an array with the best one at the end: changes cluster at the best price, so little moves, and a
/// search gallops from there. Price and quantity keep their scale.
/// </summary>
public sealed class BookSide(bool bids)
{
    private PriceLevel[] _levels = new PriceLevel[16];
    private int _start;
    private int _end;

    public int Count => _end - _start;

    /// <summary>The level at <paramref name="rank"/>, from 0 for the best.</summary>
    public ref readonly PriceLevel this[int rank] => ref _levels[_end - 1 - rank];

    public PriceLevel? Best => _end > _start ? _levels[_end - 1] : null;

    /// <summary>Sets the absolute quantity at a price; 0 removes the level.</summary>
    public void Set(PriceLevel level)
    {
        var at = Find(level.Price, out var found);
        if (level.Quantity == 0)
        {
            if (found)
                RemoveAt(at);
        }
        else if (found)
        {
            _levels[at] = level;
        }
        else
        {
            InsertAt(at, level);
        }
    }

    /// <summary>Drops the worst levels beyond <paramref name="limit"/>.</summary>
    public void Truncate(int limit)
    {
        if (Count > limit)
            _start = _end - limit;
    }

    /// <summary>Replaces all levels; in any order, but best first is fastest. Those of quantity 0 are left out.</summary>
    public void Replace(ReadOnlySpan<PriceLevel> levels)
    {
        _start = _end = 0;
        for (var i = levels.Length - 1; i >= 0; i--)
            Set(levels[i]);
    }

    /// <summary>The best <paramref name="depth"/> levels or all, best first.</summary>
    public PriceLevel[] Top(int depth)
    {
        var top = new PriceLevel[Math.Min(depth, Count)];
        for (var i = 0; i < top.Length; i++)
            top[i] = this[i];
        return top;
    }

    public void Write(StateWriter writer) => BookCodec.Write(writer, _levels.AsSpan(_start, Count));

    public void Read(ref StateReader reader)
    {
        _levels = BookCodec.Read(ref reader);
        (_start, _end) = (0, _levels.Length);
        for (var i = 1; i < _end; i++)
            if (!Before(_levels[i - 1].Price, _levels[i].Price))
                throw new InvalidDataException("The levels of the book are out of order.");
        if (_levels.Length == 0)
            _levels = new PriceLevel[16];
    }

    /// <summary>Whether a level at <paramref name="a"/> stands before one at <paramref name="b"/> in the array: is worse.</summary>
    private bool Before(decimal a, decimal b) => bids ? a < b : a > b;

    /// <summary>Index of the level of that price, or where it belongs.</summary>
    private int Find(decimal price, out bool found)
    {
        // Gallop from the best: after the loop the place lies in [low, high).
        int high = _end, low = _end - 1, step = 1;
        while (low >= _start && Before(price, _levels[low].Price))
        {
            high = low;
            low -= step;
            step <<= 1;
        }

        low = Math.Max(low, _start);
        while (low < high)
        {
            var mid = (low + high) >>> 1;
            if (Before(_levels[mid].Price, price))
                low = mid + 1;
            else
                high = mid;
        }

        found = low < _end && _levels[low].Price == price;
        return low;
    }

    private void RemoveAt(int at)
    {
        Array.Copy(_levels, at + 1, _levels, at, _end - at - 1);
        _end--;
    }

    private void InsertAt(int at, PriceLevel level)
    {
        if (_end == _levels.Length)
            at -= MakeRoom();
        Array.Copy(_levels, at, _levels, at + 1, _end - at);
        _levels[at] = level;
        _end++;
    }

    /// <summary>Moves the levels to the front of the array, or of a larger one.</summary>
    /// <returns>By how many places they moved down.</returns>
    private int MakeRoom()
    {
        var moved = _start;
        var target = Count > _levels.Length / 2 ? new PriceLevel[_levels.Length * 2] : _levels;
        Array.Copy(_levels, _start, target, 0, Count);
        (_levels, _end, _start) = (target, Count, 0);
        return moved;
    }
}
