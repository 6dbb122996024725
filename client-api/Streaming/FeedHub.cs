using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Streaming;

/// <summary>The feeds of this process: one for each instrument that somebody listens to.</summary>
internal sealed class FeedHub(
    IGrainFactory grains, IOptions<ClientApiOptions> options, TimeProvider time, ApiMeter meter, ILogger<FeedHub> logger)
    : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, InstrumentFeed> _feeds = new(StringComparer.Ordinal);
    private int _open;
    private long _dropped;

    /// <summary>Readers that were too slow, so far.</summary>
    public long DroppedCount => Interlocked.Read(ref _dropped);

    /// <summary>Whether anybody listens to an instrument.</summary>
    public bool Has(string instrument)
    {
        lock (_gate)
            return _feeds.ContainsKey(instrument);
    }

    /// <summary>Listens to an instrument from now on; null where as many listen as may.</summary>
    public Subscription? Subscribe(string instrument)
    {
        lock (_gate)
        {
            if (_open >= options.Value.MaxStreams)
                return null;
            _open++;
            if (!_feeds.TryGetValue(instrument, out var feed))
            {
                feed = new InstrumentFeed(instrument, grains.GetGrain<IInstrumentGrain>(instrument), options.Value, time, logger);
                _feeds.Add(instrument, feed);
                _ = feed.Run();
            }
            var subscription = new Subscription(options.Value.StreamBuffer, leaving => Leave(instrument, feed, leaving));
            subscription.Dropped.Register(() => Interlocked.Increment(ref _dropped));
            feed.Add(subscription);
            meter.Streams.Add(1);
            return subscription;
        }
    }

    private void Leave(string instrument, InstrumentFeed feed, Subscription subscription)
    {
        lock (_gate)
        {
            _open--;
            meter.Streams.Add(-1);
            feed.Remove(subscription);
            if (feed.SubscriberCount > 0 || !_feeds.Remove(instrument))
                return;
            feed.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var feed in _feeds.Values)
                feed.Dispose();
            _feeds.Clear();
        }
    }
}
