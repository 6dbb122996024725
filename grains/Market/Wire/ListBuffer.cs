using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace StreamForge.Grains.Market.Wire;

/// <summary>Collects items in pooled memory and makes one array of just their number of them.</summary>
internal ref struct ListBuffer<T>
{
    private T[]? _items;
    private int _count;

    public readonly int Count => _count;

    public void Add(T item)
    {
        if (_items is null || _count == _items.Length)
            Grow();
        _items![_count++] = item;
    }

    /// <summary>The items; the buffer is empty and its memory given back afterwards.</summary>
    public ImmutableArray<T> Take()
    {
        var result = _count == 0
            ? []
            : ImmutableCollectionsMarshal.AsImmutableArray(_items.AsSpan(0, _count).ToArray());
        Dispose();
        return result;
    }

    public void Dispose()
    {
        if (_items is { } items)
            ArrayPool<T>.Shared.Return(items, System.Runtime.CompilerServices.RuntimeHelpers.IsReferenceOrContainsReferences<T>());
        _items = null;
        _count = 0;
    }

    private void Grow()
    {
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(32, _count * 2));
        if (_items is { } items)
        {
            items.AsSpan(0, _count).CopyTo(larger);
            ArrayPool<T>.Shared.Return(items, System.Runtime.CompilerServices.RuntimeHelpers.IsReferenceOrContainsReferences<T>());
        }
        _items = larger;
    }
}
