using System.Threading.Channels;

namespace StreamForge.ClientApi.Streaming;

/// <summary>
/// One reader's queue of a feed. Bounded by events: a reader that is too slow is dropped, never the events in between.
/// </summary>
internal sealed class Subscription(int maxEvents, Action<Subscription> leave) : IDisposable
{
    private readonly Channel<EventPage> _pages = Channel.CreateUnbounded<EventPage>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _dropped = new();
    private bool _left;
    private int _waiting;

    /// <summary>Cancelled when the reader was too slow: what it has not read by then it does not get.</summary>
    public CancellationToken Dropped => _dropped.Token;

    /// <summary>Hands over a page; called by the feed only. Signs of life are kept only where nothing else waits.</summary>
    public void Offer(EventPage page)
    {
        lock (_gate)
        {
            if (_left || _dropped.IsCancellationRequested || page.EventCount == 0 && Volatile.Read(ref _waiting) > 0)
                return;
            if (Interlocked.Add(ref _waiting, WeightOf(page)) <= maxEvents)
            {
                _pages.Writer.TryWrite(page);
                return;
            }
            _pages.Writer.TryComplete();
            _dropped.Cancel();
        }
    }

    /// <summary>The next page.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up, or the reader was dropped.</exception>
    public async ValueTask<EventPage> Next(CancellationToken cancellation)
    {
        while (!Dropped.IsCancellationRequested && await _pages.Reader.WaitToReadAsync(cancellation))
        {
            if (!_pages.Reader.TryRead(out var page))
                continue;
            Interlocked.Add(ref _waiting, -WeightOf(page));
            return page;
        }
        throw new OperationCanceledException(Dropped);
    }

    private static int WeightOf(EventPage page) => Math.Max(1, page.EventCount);

    public void Dispose()
    {
        leave(this);
        lock (_gate)
        {
            _left = true;
            _dropped.Dispose();
        }
    }
}
