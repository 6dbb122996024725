using System.Collections.Immutable;
using System.Runtime.InteropServices;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.Market.Candles;

namespace StreamForge.Grains.Market;

/// <content>
/// Answers. Each is an immutable snapshot, made when the first one asks and kept until content or freshness changes: reads are many
/// and changes are few, or the other way round.
/// </content>
public sealed partial class InstrumentCore
{
    private const int MaxCachedDepths = 8;

    private readonly List<(int Depth, BookView View)> _books = [];
    private FreshnessStatus _status = FreshnessStatus.Cold;
    private Freshness _depthFreshness = Freshness.Unknown;
    private Freshness _tradeFreshness = Freshness.Unknown;
    private Freshness _worst = Freshness.Unknown;
    private InstrumentView? _view;
    private TradesView? _trades;

    // Versions go on from the clock, also where nobody has ever heard of the instrument: its views then show none.
    private long ContentVersion => _state.Feeds.IsEmpty ? 0 : _state.Version;

    /// <summary>The newest event time known of anything, UTC.</summary>
    public DateTimeOffset? EventTime =>
        _state.TradeFacts.EventTime is { } traded && !(_state.DepthFacts.EventTime > traded) ? traded : _state.DepthFacts.EventTime;

    /// <summary>The freshness of book and trades together, as of the last <see cref="Observe(FeedOf, DateTimeOffset)"/>.</summary>
    public Freshness Freshness => _worst;

    /// <inheritdoc/>
    public override void Observe(FeedOf feedOf, DateTimeOffset now) =>
        Observe(feedOf(Topics.MarketDepth), feedOf(Topics.MarketTrades), now);

    /// <summary>
    /// Judges freshness anew. A status that changed is told to readers as an update. To be called before every answer and after
    /// every batch.
    /// </summary>
    public void Observe(in FeedStanding depthFeed, in FeedStanding tradeFeed, DateTimeOffset now)
    {
        NoteLosses(depthFeed.Loss, tradeFeed.Loss, now);
        var depth = Refresh(_depthFreshness, DepthStanding(), depthFeed, now);
        var trades = Refresh(_tradeFreshness, TradeStanding(tradeFeed), tradeFeed, now);
        if (ReferenceEquals(depth, _depthFreshness) && ReferenceEquals(trades, _tradeFreshness))
            return;
        (_depthFreshness, _tradeFreshness) = (depth, trades);
        _worst = FreshnessRule.Worst(depth, trades);
        (_view, _trades) = (null, null);
        _books.Clear();
        if (_worst.Status == _status)
            return;
        _status = _worst.Status;
        Changed(StreamUpdateKind.Freshness, null, EventTime);
    }

    public InstrumentView View()
    {
        if (_view is { } cached && cached.Version == ContentVersion)
            return cached;
        return _view = new InstrumentView
        {
            Instrument = _state.Instrument,
            Version = ContentVersion,
            Freshness = _worst,
            BestBid = _state.Book.Bids.Best,
            BestAsk = _state.Book.Asks.Best,
            LastTrade = _state.Tape.Newest,
            Statistics = EventTime is { } time ? _statistics.At(time) : null,
            Book = _depthFreshness,
            Trades = _tradeFreshness,
            Provenance = NewestFacts() is { Mark: { } mark } facts ? mark.ToProvenance(facts.RepairId) : null,
            TradesUnverifiable = _state.Unverifiable,
        };
    }

    /// <param name="depth">Levels a side, at least 1.</param>
    public BookView Book(int depth)
    {
        for (var i = 0; i < _books.Count; i++)
            if (_books[i].Depth == depth && _books[i].View.Version == ContentVersion)
                return _books[i].View;

        if (_books.Count == MaxCachedDepths || (_books.Count > 0 && _books[0].View.Version != ContentVersion))
            _books.Clear();
        var view = new BookView
        {
            Instrument = _state.Instrument,
            Version = ContentVersion,
            Freshness = _depthFreshness,
            Bids = ImmutableCollectionsMarshal.AsImmutableArray(_state.Book.Bids.Top(depth)),
            Asks = ImmutableCollectionsMarshal.AsImmutableArray(_state.Book.Asks.Top(depth)),
            Provenance = _state.DepthFacts.Mark?.ToProvenance(_state.DepthFacts.RepairId),
        };
        _books.Add((depth, view));
        return view;
    }

    /// <param name="limit">At most so many, at least 1.</param>
    public TradesView Trades(int limit)
    {
        if (_trades is null || _trades.Version != ContentVersion)
            _trades = new TradesView
            {
                Instrument = _state.Instrument,
                Version = ContentVersion,
                Freshness = _tradeFreshness,
                Trades = ImmutableCollectionsMarshal.AsImmutableArray(_state.Tape.Top(int.MaxValue)),
                Unverifiable = _state.Unverifiable,
                Provenance = _state.TradeFacts.Mark?.ToProvenance(_state.TradeFacts.RepairId),
            };
        return limit >= _trades.Trades.Length ? _trades : _trades with { Trades = _trades.Trades[..limit] };
    }

    /// <param name="older">Minutes from the days' grains, in order of time: where a minute runs here too, that one is right.</param>
    public CandlesView Candles(CandleInterval interval, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<RevisedCandle> older)
    {
        var minutes = new SortedDictionary<long, Candle>();
        foreach (var revised in older)
            minutes[MinuteBar.MinuteOf(revised.Candle.OpenTime)] = revised.Candle;
        foreach (var bar in _state.Candles.Bars)
            minutes[bar.Minute] = bar.ToCandle(closed: false);
        return new CandlesView
        {
            Instrument = _state.Instrument,
            Version = ContentVersion,
            Freshness = _tradeFreshness,
            Interval = interval,
            Candles = EventTime is { } time ? CandleRollup.Build([.. minutes.Values], interval, from, to, time) : [],
        };
    }

    private static Freshness Refresh(Freshness known, in StreamStanding stream, in FeedStanding feed, DateTimeOffset now, TimeSpan bound)
    {
        var (status, reason) = FreshnessRule.Judge(stream, feed, now, bound);
        return known.Status == status && known.Reason == reason
            && known.Watermark == FreshnessRule.WatermarkOf(stream, feed)
            && known.Sequence == stream.Sequence && known.EventTime == stream.EventTime
            && known.ReceivedAt == stream.ReceivedAt && known.AppliedAt == stream.AppliedAt
            && known.VerifiedAt == stream.VerifiedAt
            ? known
            : FreshnessRule.Of(stream, feed, now, bound);
    }

    private Freshness Refresh(Freshness known, in StreamStanding stream, in FeedStanding feed, DateTimeOffset now) =>
        Refresh(known, stream, feed, now, _options.StaleAfter);

    private StreamStanding DepthStanding() => new()
    {
        Cold = !_state.BookStarted,
        Gap = DepthGap,
        Repairing = _depthRepair.Repairing,
        VouchedThrough = _state.Sequence.VouchedThrough,
        Sequence = _state.BookSequence,
        EventTime = _state.DepthFacts.EventTime,
        ReceivedAt = _state.DepthFacts.ReceivedAt,
        AppliedAt = _state.DepthFacts.AppliedAt,
        VerifiedAt = _state.DepthFacts.VerifiedAt,
    };

    // No trade yet is an answer too, once somebody vouches for the feed.
    private StreamStanding TradeStanding(in FeedStanding feed) => new()
    {
        Cold = _state.TradeFacts.Mark is null && feed.Watermark is null,
        Gap = TradeGap,
        Repairing = _tradeRepair.Repairing,
        VouchedThrough = _state.TradeIds.SetBack.VouchedThrough,
        Sequence = _state.TradeIds.Through,
        EventTime = _state.TradeFacts.EventTime,
        ReceivedAt = _state.TradeFacts.ReceivedAt,
        AppliedAt = _state.TradeFacts.AppliedAt,
        VerifiedAt = _state.TradeFacts.VerifiedAt,
    };

    private StreamFacts NewestFacts() =>
        _state.DepthFacts.AppliedAt > _state.TradeFacts.AppliedAt || _state.TradeFacts.AppliedAt is null
            ? _state.DepthFacts
            : _state.TradeFacts;
}
