using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Gates;

/// <summary>Ids from <paramref name="From"/> to <paramref name="To"/>, both inclusive.</summary>
public readonly record struct IdRange(long From, long To);

/// <summary>A set of ids as ranges in increasing order that neither overlap nor touch.</summary>
public sealed class IdRanges
{
    private readonly List<IdRange> _ranges = [];

    public int Count => _ranges.Count;

    public IdRange this[int index] => _ranges[index];

    public bool Contains(long id)
    {
        var at = IndexOfLastFrom(id);
        return at >= 0 && id <= _ranges[at].To;
    }

    /// <summary>Adds an id.</summary>
    /// <returns>False where it is in the set already.</returns>
    public bool Add(long id)
    {
        // Nearly every id follows the highest.
        var last = _ranges.Count - 1;
        if (last >= 0 && _ranges[last].To == id - 1)
        {
            _ranges[last] = _ranges[last] with { To = id };
            return true;
        }

        if (Contains(id))
            return false;
        Add(new IdRange(id, id));
        return true;
    }

    /// <summary>Adds a range, joining what it overlaps or touches.</summary>
    public void Add(IdRange range)
    {
        var at = IndexOfLastFrom(range.From);
        if (at < 0 || _ranges[at].To < range.From - 1)
            at++;
        var end = at;
        while (end < _ranges.Count && _ranges[end].From <= range.To + 1)
        {
            range = new IdRange(Math.Min(range.From, _ranges[end].From), Math.Max(range.To, _ranges[end].To));
            end++;
        }

        _ranges.RemoveRange(at, end - at);
        _ranges.Insert(at, range);
    }

    public void RemoveFirst() => _ranges.RemoveAt(0);

    public void Clear() => _ranges.Clear();

    public void Write(StateWriter writer)
    {
        writer.Count(_ranges.Count);
        var previous = 0L;
        foreach (var range in _ranges)
        {
            writer.Signed(range.From - previous);
            writer.Signed(range.To - range.From);
            previous = range.To;
        }
    }

    public void Read(ref StateReader reader)
    {
        _ranges.Clear();
        var previous = 0L;
        for (var n = reader.Count(); n > 0; n--)
        {
            var from = previous + reader.Signed();
            previous = from + reader.Signed();
            if (previous < from || (_ranges.Count > 0 && from <= _ranges[^1].To + 1))
                throw new InvalidDataException("Ranges of ids overlap.");
            _ranges.Add(new IdRange(from, previous));
        }
    }

    /// <summary>Index of the last range that starts at or below <paramref name="id"/>; -1 for none.</summary>
    private int IndexOfLastFrom(long id)
    {
        int low = 0, high = _ranges.Count - 1;
        while (low <= high)
        {
            var mid = (low + high) >>> 1;
            if (_ranges[mid].From <= id)
                low = mid + 1;
            else
                high = mid - 1;
        }

        return high;
    }
}
