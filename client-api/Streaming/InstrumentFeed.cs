using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Streaming;

/// <summary>
/// The one reader of an instrument's changes in this process, for all subscribers: a long poll of the grain, repeated while
/// anybody listens. An empty answer of the poll is the sign of life that subscribers get.
/// </summary>
internal sealed class InstrumentFeed(
    string instrument, IInstrumentGrain grain, ClientApiOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Changes asked for at once.</summary>
    public const int PageSize = 1_024;

    /// <summary>
    /// A grain that is asked to end waits for its calls: none of ours may keep it longer than a shutdown can bear.
    /// </summary>
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private ImmutableArray<Subscription> _subscribers = [];
    private string? _life;
    private long _version;
    private long _toldAt = time.GetTimestamp();

    public int SubscriberCount => _subscribers.Length;

    /// <summary>Called by the hub, one call at a time, as is <see cref="Remove"/>.</summary>
    public void Add(Subscription subscriber) =>
        ImmutableInterlocked.Update(ref _subscribers, static (all, one) => all.Add(one), subscriber);

    public void Remove(Subscription subscriber) =>
        ImmutableInterlocked.Update(ref _subscribers, static (all, one) => all.Remove(one), subscriber);

    /// <summary>Polls until disposed of.</summary>
    public async Task Run()
    {
        var stop = _stop.Token;
        var retry = FirstRetry;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await Poll(stop) is { } page)
                    Publish(page);
                retry = FirstRetry;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Whatever ails the grain: readers keep their connections and places, and hear that we live.
                Log.PollFailed(logger, exception, instrument, retry);
                Publish(EventPage.Silence(_life ?? "", _version));
                await Task.Delay(retry, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                retry = retry * 2 < LastRetry ? retry * 2 : LastRetry;
            }
        }
    }

    /// <returns>Changes; or nothing but a sign of life, when it is time for one; or null.</returns>
    private async Task<EventPage?> Poll(CancellationToken stop)
    {
        var untilHeartbeat = options.StreamHeartbeat - time.GetElapsedTime(_toldAt);
        var wait = TimeSpan.FromTicks(Math.Clamp(untilHeartbeat.Ticks, 0, LongestPoll.Ticks));
        var from = _version;
        var page = await grain.ReadUpdates(_life, from, PageSize, wait)
            .AsTask().WaitAsync(wait + options.GrainTimeout, time, stop);
        (_life, _version) = (page.Life, page.Version);
        if (!page.Reset && !page.Updates.IsEmpty)
            return EventPage.Render(from, page);
        return page.Reset || time.GetElapsedTime(_toldAt) >= options.StreamHeartbeat
            ? EventPage.Silence(page.Life, page.Version)
            : null;
    }

    private void Publish(EventPage page)
    {
        _toldAt = time.GetTimestamp();
        foreach (var subscriber in _subscribers)
            subscriber.Offer(page);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
