using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;

namespace StreamForge.Grains.Market;

/// <content>Answers, from memory.</content>
public sealed partial class InstrumentGrain
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    public ValueTask<InstrumentView> GetView()
    {
        Observe(clock.GetUtcNow());
        return ValueTask.FromResult(_core.View());
    }

    public ValueTask<BookView> GetBook(int depth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        Observe(clock.GetUtcNow());
        return ValueTask.FromResult(_core.Book(depth));
    }

    public ValueTask<TradesView> GetTrades(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        Observe(clock.GetUtcNow());
        return ValueTask.FromResult(_core.Trades(limit));
    }

    public async ValueTask<CandlesView> GetCandles(CandleInterval interval, DateTimeOffset from, DateTimeOffset to)
    {
        if (!Enum.IsDefined(interval))
            throw new ArgumentOutOfRangeException(nameof(interval), interval, "No such interval.");
        var older = await OlderMinutes(from, to);
        Observe(clock.GetUtcNow());
        return _core.Candles(interval, from, to, older);
    }

    public async ValueTask<StreamPage> ReadUpdates(string? life, long afterVersion, int max, TimeSpan wait)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        CheckWait(wait);
        var now = clock.GetUtcNow();
        _watchedUntil = now + WatchedFor;
        Observe(now);
        KeepTime(now);
        var page = _core.Updates.Read(life, afterVersion, max);
        if (page.Reset || page.Updates.Length > 0 || wait == TimeSpan.Zero)
            return page;
        await _waiters.Wait(wait);
        return _core.Updates.Read(life, afterVersion, max);
    }

    public async ValueTask<bool> WaitForSequence(long sequence, TimeSpan wait)
    {
        CheckWait(wait);
        var deadline = clock.GetUtcNow() + wait;
        while (_core.State.BookSequence < sequence)
        {
            var left = deadline - clock.GetUtcNow();
            if (left <= TimeSpan.Zero)
                return false;
            await _waiters.Wait(left);
        }

        return true;
    }

    /// <summary>Judges freshness by what the pumps know now, and wakes those who wait where anything has changed since.</summary>
    private void Observe(DateTimeOffset now)
    {
        CompareWhereDoubted(now);
        _core.Observe(FeedOf(Topics.MarketDepth), FeedOf(Topics.MarketTrades), now);
        if (_core.Updates.Version == _toldVersion)
            return;
        _toldVersion = _core.Updates.Version;
        _waiters.Wake();
    }

    /// <summary>What the pumps say, as far as it is true of this memory.</summary>
    private FeedStanding FeedOf(string topic)
    {
        var standing = StandingOf(topic);
        return Holds(topic, standing)
            ? standing
            : standing with { Watermark = null, Reason = standing.Reason ?? "its memory is not yet known to hold all that was delivered" };
    }

    private FeedStanding StandingOf(string topic) =>
        standings.Of(topic, _core.State.Feeds.PartitionOf(topic), _key, _core.State.Venue);

    private bool Holds(string topic, in FeedStanding standing) =>
        standing.Delivered is not { } delivered || _core.State.Feeds.Hold(topic, delivered);

    private static void CheckWait(TimeSpan wait)
    {
        if (wait < TimeSpan.Zero || wait > MaxWait)
            throw new ArgumentOutOfRangeException(nameof(wait), wait, "A call waits from zero to 10 s.");
    }
}
