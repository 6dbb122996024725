using StreamForge.Embedded.Calls;

namespace StreamForge.Embedded.Activations;

/// <summary>
/// Which request of an activation may run: one at a time in order of arrival, save those that interleave. The rules are those of
/// Orleans, one of them easily overlooked: what always interleaves blocks nobody, so an ordinary request may start beside it.
/// Not safe for use by several threads.
/// </summary>
internal sealed class RequestQueue(bool reentrant)
{
    private readonly List<Request> _waiting = [];
    private readonly List<Request> _running = [];
    private Request? _blocking;

    public bool IsEmpty => _waiting.Count == 0 && _running.Count == 0;

    public bool IsRunning => _running.Count > 0;

    public void Add(Request request) => _waiting.Add(request);

    /// <summary>The next request that may run, which then counts as running; none if all must wait.</summary>
    /// <param name="localOnly">Only what belongs to the activation itself: it is about to end.</param>
    public Request? Take(bool localOnly)
    {
        for (var i = 0; i < _waiting.Count; i++)
        {
            var request = _waiting[i];
            if (!request.IsAbandoned && (!MayRun(request) || (localOnly && !request.IsLocal)))
                continue;
            _waiting.RemoveAt(i);
            if (request.IsAbandoned)
            {
                i--;
                continue;
            }

            _running.Add(request);
            if (!request.AlwaysInterleaves)
                _blocking ??= request;
            return request;
        }

        return null;
    }

    public void Complete(Request request)
    {
        _running.Remove(request);
        if (_blocking == request)
            _blocking = null;
    }

    /// <summary>Empties the queue of what waits.</summary>
    public Request[] TakeWaiting()
    {
        Request[] waiting = [.. _waiting];
        _waiting.Clear();
        return waiting;
    }

    /// <summary>All that waits or runs.</summary>
    public IEnumerable<Request> All => _waiting.Concat(_running);

    private bool MayRun(Request request) =>
        _running.Count == 0
        || reentrant
        || request.AlwaysInterleaves
        || _blocking is null
        || (_blocking.IsReadOnly && request.IsReadOnly);
}
