using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity.Gates;

/// <summary>An event that waits for its predecessors: it covers (Previous, Last].</summary>
/// <param name="Bytes">What it weighs against the bound of the run.</param>
/// <param name="ReceivedAt">When the connector received it, UTC.</param>
public readonly record struct HeldItem<T>(long Previous, long Last, T Item, int Bytes, DateTimeOffset ReceivedAt);

/// <summary>Reads one held event.</summary>
public delegate T HeldReader<out T>(ref StateReader reader);

/// <summary>Events that wait, in order of sequence, each sequence once.</summary>
public sealed class HeldRun<T>
{
    private readonly List<HeldItem<T>> _items = [];
    // Those below are taken already: a run is drained from the front, one by one, without moving the rest each time.
    private int _head;

    public int Count => _items.Count - _head;

    /// <summary>The sum of what is held weighs.</summary>
    public long Bytes { get; private set; }

    /// <summary>The lowest; there must be one.</summary>
    public HeldItem<T> First => _items[_head];

    /// <summary>The highest sequence that is held; there must be one.</summary>
    public long Last => _items[^1].Last;

    /// <returns>False where an event that ends at the same sequence is held already.</returns>
    public bool Add(in HeldItem<T> item)
    {
        var at = _items.Count;
        while (at > _head && _items[at - 1].Last > item.Last)
            at--;
        if (at > _head && _items[at - 1].Last == item.Last)
            return false;
        _items.Insert(at, item);
        Bytes += item.Bytes;
        return true;
    }

    public HeldItem<T> TakeFirst()
    {
        var first = _items[_head];
        _items[_head++] = default;
        Bytes -= first.Bytes;
        if (_head == _items.Count)
            Clear();
        return first;
    }

    public void Clear()
    {
        _items.Clear();
        _head = 0;
        Bytes = 0;
    }

    public void Write(StateWriter writer, Action<StateWriter, T> write)
    {
        writer.Count(Count);
        for (var i = _head; i < _items.Count; i++)
        {
            var held = _items[i];
            writer.Signed(held.Previous);
            writer.Signed(held.Last);
            writer.Count(held.Bytes);
            writer.Time(held.ReceivedAt);
            write(writer, held.Item);
        }
    }

    public void Read(ref StateReader reader, HeldReader<T> read)
    {
        Clear();
        for (var n = reader.Count(); n > 0; n--)
        {
            var (previous, last, bytes, at) = (reader.Signed(), reader.Signed(), reader.Number(), reader.Time());
            if (!Add(new HeldItem<T>(previous, last, read(ref reader), bytes, at)))
                throw new InvalidDataException($"Sequence {last} is held twice.");
        }
    }
}
