using System.Collections.Immutable;
using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Generation;

/// <summary>
/// A seeded market in the form of Binance spot: depth diffs with contiguous <c>U</c> and <c>u</c>, trades with contiguous ids, and
/// the best bid and ask after each change of them. Usable without an exchange around it, for benchmarks: one core makes well
/// over 100,000 frames a second. Not thread-safe.
/// </summary>
public sealed partial class GeneratedMarket : IDisposable
{
    private const int MaxChanges = 4;
    private readonly GeneratorOptions _options;
    private readonly MarketRandom _random;
    private readonly GeneratedInstrument[] _instruments;
    private readonly InstrumentCounters[] _retired;
    private readonly FrameClock _clock;
    private readonly Dictionary<string, GeneratedInstrument> _bySymbol;
    private readonly GeneratedFrameWriter _writer = new();
    private readonly (int Place, bool IsBid)[] _changes = new (int, bool)[MaxChanges];
    private GeneratedInstrument _current;
    private Stage _stage;
    private (int Place, bool IsBid, long Lots) _traded;

    /// <exception cref="ArgumentException">Options are out of range; the message lists all of them.</exception>
    public GeneratedMarket(GeneratorOptions options)
        : this(options, [], 0, new FrameClock([new FrameAnchor(0, Nanos(options?.StartAt ?? DateTimeOffset.UnixEpoch), 0)]))
    {
        _clock.Set(new FrameAnchor(0, NextNanos, Step));
    }

    /// <param name="options">What it is like.</param>
    /// <param name="above">Its sequences begin above these, by number of the instrument.</param>
    /// <param name="frames">Frames made before.</param>
    /// <param name="clock">Their times.</param>
    private GeneratedMarket(GeneratorOptions options, InstrumentCounters[] above, long frames, FrameClock clock)
    {
        _options = Checked(options);
        _random = new MarketRandom(options.Seed);
        _clock = clock;
        Frames = frames;
        _instruments = [.. Enumerable.Range(0, options.Instruments).Select(index => new GeneratedInstrument(
            index + 1, Streams, options, _random, index < above.Length ? above[index] : default))];
        _retired = above.Length > options.Instruments ? above[options.Instruments..] : [];
        _bySymbol = _instruments.ToDictionary(instrument => instrument.Symbol, StringComparer.Ordinal);
        _current = _instruments[0];
    }

    /// <summary>What the next frame is.</summary>
    private enum Stage
    {
        Step = 0,
        DepthAfterTrade = 1,
        Ticker = 2,
    }

    /// <summary>The streams by name.</summary>
    public StreamCatalog Streams { get; } = new();

    /// <summary>Depth, trades and (if asked for) best prices of every instrument.</summary>
    public ImmutableArray<StreamKey> Known =>
    [
        .. _instruments.SelectMany(instrument => _options.BookTicker
            ? [instrument.Depth.Key, instrument.Trade.Key, instrument.Ticker.Key]
            : new[] { instrument.Depth.Key, instrument.Trade.Key }),
    ];

    /// <summary>Frames made.</summary>
    public long Frames { get; private set; }

    /// <summary>The time of the next frame: nanoseconds since 1970-01-01 UTC.</summary>
    public long NextNanos => _clock.At(Frames);

    /// <summary>Sets the time of the next frame, from which on the others follow at the rate of the options.</summary>
    public void StartAt(DateTimeOffset at) => _clock.Set(new FrameAnchor(Frames, Nanos(at), Step));

    /// <summary>Makes the next frame.</summary>
    public MarketFrame Next()
    {
        var at = NextNanos;
        Frames++;
        switch (_stage)
        {
            case Stage.DepthAfterTrade:
                _current.Book.Take(_traded.Place, _traded.IsBid, _traded.Lots, _random);
                _changes[0] = (_traded.Place, _traded.IsBid);
                return Depth(at, 1, true);
            case Stage.Ticker:
                _stage = Stage.Step;
                return _writer.Ticker(_current, at);
            default:
                _current = _instruments[_random.Next(_instruments.Length)];
                return _random.NextDouble() < _options.TradeShare ? Trade(at) : Change(at);
        }
    }

    /// <summary>Makes so many frames.</summary>
    public IEnumerable<MarketFrame> Take(long count)
    {
        for (var i = 0L; i < count; i++)
            yield return Next();
    }

    /// <summary>The book of a symbol after the last frame, as the venue answers <c>depth</c>; null for an unknown symbol.</summary>
    public byte[]? Snapshot(string symbol, int limit) =>
        _bySymbol.TryGetValue(symbol, out var instrument) ? _writer.Snapshot(instrument, limit) : null;

    /// <summary>The sequence of a symbol's book; 0 for an unknown symbol.</summary>
    public long SequenceOf(string symbol) => _bySymbol.TryGetValue(symbol, out var instrument) ? instrument.UpdateId : 0;

    /// <summary>Trades by id, as the venue answers <c>historicalTrades</c>; null for an unknown symbol.</summary>
    public byte[]? Trades(string symbol, long? fromId, int limit) =>
        _bySymbol.TryGetValue(symbol, out var instrument)
            ? instrument.Trades.Write(TradeStream.Trades, spot: true, fromId, limit)
            : null;

    public void Dispose() => _writer.Dispose();

    private MarketFrame Trade(long at)
    {
        var isBid = _random.Next(2) == 0;
        var place = isBid ? _current.Book.BestBid : _current.Book.BestAsk;
        var there = _current.Book.LotsAt(place);
        var lots = 1 + (long)(_random.NextDouble() * Math.Min(there, 5_000));
        _traded = (place, isBid, Math.Min(lots, there));
        _current.TradeId++;
        _stage = Stage.DepthAfterTrade;
        var frame = _writer.Trade(_current, at, place, _traded.Lots, buyerIsMaker: isBid);
        _current.Trades.Add(_current.TradeId, frame.Data);
        return frame;
    }

    private MarketFrame Change(long at)
    {
        var book = _current.Book;
        var (bid, ask) = (book.BestBid, book.BestAsk);
        var (bidLots, askLots) = (book.LotsAt(bid), book.LotsAt(ask));
        var changes = 1 + _random.Next(MaxChanges);
        var distinct = 0;
        for (var i = 0; i < changes; i++)
        {
            var change = book.Change(_random, mayImprove: i == 0);
            if (Array.FindIndex(_changes, 0, distinct, known => known.Place == change.Place) is var same and >= 0)
                _changes[same] = change;
            else
                _changes[distinct++] = change;
        }

        var moved = bid != book.BestBid || ask != book.BestAsk || bidLots != book.LotsAt(bid) || askLots != book.LotsAt(ask);
        return Depth(at, distinct, moved);
    }

    private MarketFrame Depth(long at, int changes, bool bestMoved)
    {
        var first = _current.UpdateId + 1;
        _current.UpdateId += changes;
        _stage = bestMoved && _options.BookTicker ? Stage.Ticker : Stage.Step;
        return _writer.Depth(_current, at, first, _changes.AsSpan(0, changes));
    }

    private double Step => 1e9 / _options.Rate;

    private static GeneratorOptions Checked(GeneratorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = options.Validate();
        return errors.Count == 0 ? options : throw new ArgumentException(string.Join(' ', errors), nameof(options));
    }

    private static long Nanos(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks * 100;
}
