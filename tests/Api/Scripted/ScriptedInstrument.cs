using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;

namespace StreamForge.Tests.Api.Scripted;

/// <summary>An instrument that does what a test says: what the grain of its name answers with. Thread-safe.</summary>
public sealed class ScriptedInstrument(string id)
{
    private readonly Lock _gate = new();
    private readonly List<StreamUpdate> _updates = [];
    private TaskCompletionSource _changed = NewSource();
    private ImmutableArray<PriceLevel> _bids = [];
    private ImmutableArray<PriceLevel> _asks = [];
    private ImmutableArray<Trade> _trades = [];
    private long _forgotten;
    private Freshness _freshness = Freshness.Unknown;
    private string _life = "life-1";
    private long _version;
    private int _polls;
    private int _asked;

    public string Id => id;

    public ImmutableArray<Candle> Candles { get; set; } = [];

    public RollingStatistics? Statistics { get; set; }

    /// <summary>Thrown by every read, where set.</summary>
    public Exception? Throws { get; set; }

    /// <summary>Reads do not answer until this is done, where set.</summary>
    public Task? Hangs { get; set; }

    /// <summary>Calls of the grain that came in so far, answered or not.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public void NoteAsked() => Interlocked.Increment(ref _asked);

    /// <summary>Reads of the view so far.</summary>
    public int ViewReads { get; private set; }

    /// <summary>Polls that wait for a change now, and the most that ever did.</summary>
    public int Polls => Volatile.Read(ref _polls);

    public int MostPolls { get; private set; }

    /// <summary>Callers that wait, or waited, for a sequence.</summary>
    public int SequenceWaits { get; private set; }

    public string Life
    {
        get
        {
            lock (_gate)
                return _life;
        }
    }

    public long Version
    {
        get
        {
            lock (_gate)
                return _version;
        }
    }

    /// <summary>Changes the book: the bid and ask given become the best ones.</summary>
    public ScriptedInstrument Book(long sequence, decimal bid, decimal ask, int levels = 1)
    {
        lock (_gate)
        {
            _bids = [.. Enumerable.Range(0, levels).Select(level => new PriceLevel(bid - level, 1.50m + level))];
            _asks = [.. Enumerable.Range(0, levels).Select(level => new PriceLevel(ask + level, 2.25m + level))];
            Fresh(freshness => freshness with { Sequence = sequence });
            Changed(StreamUpdateKind.Book, null);
        }
        return this;
    }

    public ScriptedInstrument Trade(long tradeId, decimal price, decimal quantity = 0.010m)
    {
        lock (_gate)
        {
            var now = TimeProvider.System.GetUtcNow();
            var trade = new Trade
            {
                Instrument = id, TradeId = tradeId, Price = price, Quantity = quantity, Time = now, ReceivedAt = now, BuyerIsMaker = true,
            };
            _trades = _trades.Insert(0, trade);
            Fresh(freshness => freshness);
            Changed(StreamUpdateKind.Trade, trade);
        }
        return this;
    }

    /// <summary>Changes what is said of the content, but not the content.</summary>
    public ScriptedInstrument Says(Func<Freshness, Freshness> change)
    {
        lock (_gate)
            _freshness = change(_freshness);
        return this;
    }

    /// <summary>The grain loses its memory of changes: a new life of the buffer.</summary>
    public void Restart(string life)
    {
        lock (_gate)
        {
            _life = life;
            _updates.Clear();
            _forgotten = _version;
            Wake();
        }
    }

    /// <summary>The buffer reaches no further back than the present.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _updates.Clear();
            _forgotten = _version;
        }
    }

    public InstrumentView View()
    {
        lock (_gate)
        {
            ViewReads++;
            return new InstrumentView
            {
                Instrument = id,
                Version = _version,
                Freshness = _freshness,
                BestBid = Best(_bids),
                BestAsk = Best(_asks),
                LastTrade = _trades.IsEmpty ? null : _trades[0],
                Statistics = Statistics,
                Book = _freshness,
                Trades = _freshness,
                Provenance = Provenance(),
            };
        }
    }

    public BookView BookView(int depth)
    {
        lock (_gate)
            return new BookView
            {
                Instrument = id,
                Version = _version,
                Freshness = _freshness,
                Bids = [.. _bids.Take(depth)],
                Asks = [.. _asks.Take(depth)],
                Provenance = Provenance(),
            };
    }

    public TradesView TradesView(int limit)
    {
        lock (_gate)
            return new TradesView
            {
                Instrument = id, Version = _version, Freshness = _freshness, Trades = [.. _trades.Take(limit)], Provenance = Provenance(),
            };
    }

    public CandlesView CandlesView(CandleInterval interval, DateTimeOffset from, DateTimeOffset to)
    {
        lock (_gate)
            return new CandlesView
            {
                Instrument = id,
                Version = _version,
                Freshness = _freshness,
                Interval = interval,
                Candles = [.. Candles.Where(candle => candle.OpenTime >= from && candle.OpenTime < to)],
            };
    }

    public async Task<StreamPage> ReadUpdates(string? life, long after, int max, TimeSpan wait)
    {
        using var late = new CancellationTokenSource(wait, TimeProvider.System);
        lock (_gate)
            MostPolls = wait > TimeSpan.Zero ? Math.Max(MostPolls, ++_polls) : MostPolls;
        try
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    var page = Page(life, after, max);
                    if (page.Reset || !page.Updates.IsEmpty || wait == TimeSpan.Zero || late.IsCancellationRequested)
                        return page;
                    changed = _changed.Task;
                }
                await changed.WaitAsync(late.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
        finally
        {
            if (wait > TimeSpan.Zero)
                Interlocked.Decrement(ref _polls);
        }
    }

    public async Task<bool> WaitForSequence(long sequence, TimeSpan wait)
    {
        using var late = new CancellationTokenSource(wait, TimeProvider.System);
        lock (_gate)
            SequenceWaits++;
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_freshness.Sequence >= sequence || late.IsCancellationRequested)
                    return _freshness.Sequence >= sequence;
                changed = _changed.Task;
            }
            await changed.WaitAsync(late.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private StreamPage Page(string? life, long after, int max)
    {
        if (life != _life || after < _forgotten || after > _version)
            return new StreamPage { Life = _life, Reset = true, Version = _version, Updates = [] };
        ImmutableArray<StreamUpdate> updates = [.. _updates.Where(update => update.Version > after).Take(max)];
        return new StreamPage { Life = _life, Version = updates.IsEmpty ? after : updates[^1].Version, Updates = updates };
    }

    private void Fresh(Func<Freshness, Freshness> change)
    {
        var now = TimeProvider.System.GetUtcNow();
        _freshness = change(_freshness with
        {
            Status = FreshnessStatus.Live, Watermark = now, EventTime = now, ReceivedAt = now, AppliedAt = now,
        });
    }

    private void Changed(StreamUpdateKind kind, Trade? trade)
    {
        _version++;
        _updates.Add(new StreamUpdate
        {
            Version = _version,
            Kind = kind,
            Sequence = _freshness.Sequence,
            BestBid = Best(_bids),
            BestAsk = Best(_asks),
            Trade = trade,
            Status = _freshness.Status,
            EventTime = _freshness.EventTime,
        });
        Wake();
    }

    public static readonly Guid LogId = new("00000000-0000-0000-0000-0000000000aa");

    private Provenance? Provenance() => _version == 0
        ? null
        : new Provenance { Topic = "market.depth", LogId = LogId, Partition = 3, Offset = _version, EventId = $"event-{_version}", Origin = "0/0/0/0" };

    private void Wake()
    {
        var changed = _changed;
        _changed = NewSource();
        changed.SetResult();
    }

    private static PriceLevel? Best(ImmutableArray<PriceLevel> levels) => levels.IsEmpty ? null : levels[0];

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
