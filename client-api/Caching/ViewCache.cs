using System.Collections.Concurrent;

namespace StreamForge.ClientApi.Caching;

/// <summary>Which answer: the kind of view, the instrument, and the parameters that change the content.</summary>
internal readonly record struct ViewKey(ViewKind Kind, string Instrument, long First = 0, long Second = 0, long Third = 0);

internal enum ViewKind
{
    Instrument,
    Book,
    Trades,
    Candles,
}

/// <summary>
/// Places of answers, bounded by bytes: two generations, of which the older is dropped when the younger has had half of
/// the bytes rendered; what is asked for again moves to the younger. A place costs nothing to make anew.
/// </summary>
internal sealed class ViewCache(long maxBytes)
{
    /// <summary>What a place costs beside its bytes, about.</summary>
    private const int PlaceBytes = 512;

    private readonly Lock _gate = new();
    private volatile ConcurrentDictionary<ViewKey, CachedView> _young = new();
    private volatile ConcurrentDictionary<ViewKey, CachedView> _old = new();
    private long _bytes;

    /// <summary>Places in both generations.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>The place of an answer, made if there is none.</summary>
    /// <param name="key">Which answer.</param>
    /// <param name="context">Handed to <paramref name="create"/>.</param>
    /// <param name="create">Makes the place; told where to count rendered bytes.</param>
    public CachedView Get<TContext>(ViewKey key, TContext context, Func<ViewKey, TContext, Action<int>, CachedView> create)
    {
        var young = _young;
        if (young.TryGetValue(key, out var found))
            return found;
        var place = _old.TryGetValue(key, out var aged) ? aged : create(key, context, Charge);
        place = young.GetOrAdd(key, place);
        Charge(PlaceBytes + place.Bytes);
        return place;
    }

    private void Charge(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= maxBytes / 2)
            return;
        lock (_gate)
        {
            if (Interlocked.Read(ref _bytes) <= maxBytes / 2)
                return;
            _old = _young;
            _young = new ConcurrentDictionary<ViewKey, CachedView>();
            Interlocked.Exchange(ref _bytes, 0);
        }
    }
}
