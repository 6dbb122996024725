using System.Globalization;
using System.Text;

namespace StreamForge.Simulation.Market;

/// <summary>
/// One instrument of the simulated venue: its own book and trades, in ticks and lots, told in the wire format of Binance spot. Written
/// for the simulator alone, so that no mistake of the platform, nor of its simulated exchange, can be in it.
/// </summary>
internal sealed class VenueInstrument
{
    private const int Levels = 12;
    private const int Kept = 400;
    private readonly Random _random;
    private readonly InstrumentTruth _truth;
    private readonly SortedDictionary<long, long> _bids = new(Comparer<long>.Create((a, b) => b.CompareTo(a)));
    private readonly SortedDictionary<long, long> _asks = [];
    private readonly List<(long Sequence, string Text)> _snapshots = [];

    public VenueInstrument(string symbol, InstrumentTruth truth, Random random)
    {
        (Symbol, _truth, _random) = (symbol, truth, random);
        for (var i = 0; i < Levels; i++)
        {
            _bids[1_000 - i] = 1 + random.Next(900);
            _asks[1_001 + i] = 1 + random.Next(900);
        }

        Sequence = random.Next(1_000, 2_000);
        TradeId = random.Next(1_000, 2_000);
        NoteBook();
    }

    public string Symbol { get; }

    public string Instrument => _truth.Instrument;

    public InstrumentTruth Truth => _truth;

    public long Sequence { get; private set; }

    public long TradeId { get; private set; }

    /// <summary>Changes some levels.</summary>
    public string Diff(long milliseconds, int changes)
    {
        var first = Sequence + 1;
        Sequence += 1 + _random.Next(3);
        var (bids, asks) = (new SortedDictionary<long, long>(), new SortedDictionary<long, long>());
        for (var i = 0; i < changes; i++)
        {
            var isBid = _random.Next(2) == 0;
            var price = isBid ? 1_000 - _random.Next(Levels * 2) : 1_001 + _random.Next(Levels * 2);
            var lots = _random.Next(4) == 0 ? 0 : 1 + _random.Next(900);
            (isBid ? bids : asks)[price] = Set(isBid ? _bids : _asks, price, lots);
        }

        NoteBook();
        return string.Create(CultureInfo.InvariantCulture,
            $$$"""{"stream":"{{{Symbol.ToLowerInvariant()}}}@depth","data":{"e":"depthUpdate","E":{{{milliseconds}}},"s":"{{{Symbol}}}","U":{{{first}}},"u":{{{Sequence}}},"b":{{{Side(bids)}}},"a":{{{Side(asks)}}}}}""");
    }

    public string Trade(long milliseconds)
    {
        var (price, lots, maker) = (1_000 + _random.Next(20), 1 + _random.Next(500), _random.Next(2) == 0);
        TradeId++;
        _truth.Trade(new TrueTrade(TradeId, price / 100m, lots / 1000m, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), maker));
        return string.Create(CultureInfo.InvariantCulture,
            $$$"""{"stream":"{{{Symbol.ToLowerInvariant()}}}@trade","data":{"e":"trade","E":{{{milliseconds}}},"s":"{{{Symbol}}}","t":{{{TradeId}}},"p":"{{{Price(price)}}}","q":"{{{Quantity(lots)}}}","T":{{{milliseconds}}},"m":{{{(maker ? "true" : "false")}}},"M":true}}""");
    }

    /// <summary>The best levels, with the sequence: a digest.</summary>
    public string Ticker()
    {
        var (bid, ask) = (_bids.First(), _asks.First());
        return string.Create(CultureInfo.InvariantCulture,
            $$$"""{"stream":"{{{Symbol.ToLowerInvariant()}}}@bookTicker","data":{"u":{{{Sequence}}},"s":"{{{Symbol}}}","b":"{{{Price(bid.Key)}}}","B":"{{{Quantity(bid.Value)}}}","a":"{{{Price(ask.Key)}}}","A":"{{{Quantity(ask.Value)}}}"}}""");
    }

    /// <summary>The book as the venue's REST tells it.</summary>
    /// <param name="age">How many changes ago, where that is still known.</param>
    public string Snapshot(int age)
    {
        var (sequence, text) = _snapshots[Math.Max(0, _snapshots.Count - 1 - age)];
        if (age > 0)
            _truth.DenyBook(sequence);
        return text;
    }


    /// <summary>Trades from an id on, or the newest, as the venue's REST tells them.</summary>
    /// <param name="age">How many of the newest are not known yet to whoever answers.</param>
    public string Trades(long? from, int limit, int age)
    {
        var known = TradeId - age;
        if (age > 0)
            _truth.DenyTrades(known);
        var ids = from is { } first
            ? _truth.Trades.Keys.Where(id => id >= first && id <= known).Take(limit)
            : _truth.Trades.Keys.Where(id => id <= known).TakeLast(limit);
        var text = new StringBuilder("[");
        foreach (var id in ids)
        {
            var trade = _truth.Trades[id];
            text.Append(text.Length > 1 ? "," : "").Append(CultureInfo.InvariantCulture,
                $$"""{"id":{{id}},"price":"{{trade.Price}}","qty":"{{trade.Quantity}}","time":{{trade.Time.ToUnixTimeMilliseconds()}},"isBuyerMaker":{{(trade.BuyerIsMaker ? "true" : "false")}}}""");
        }

        return text.Append(']').ToString();
    }

    private void NoteBook()
    {
        var fingerprint = new BookFingerprint();
        foreach (var (price, lots) in _bids)
            fingerprint.Level(price / 100m, lots / 1000m);
        fingerprint.Side();
        foreach (var (price, lots) in _asks)
            fingerprint.Level(price / 100m, lots / 1000m);
        _truth.Book(Sequence, fingerprint.Value);
        if (_snapshots.Count == Kept)
            _snapshots.RemoveRange(0, Kept / 2);
        _snapshots.Add((Sequence, string.Create(CultureInfo.InvariantCulture,
            $$"""{"lastUpdateId":{{Sequence}},"bids":{{Side(_bids)}},"asks":{{Side(_asks)}}}""")));
    }

    /// <summary>Sets a level; the last one of a side stays.</summary>
    /// <returns>What stands there now; 0 for nothing.</returns>
    private static long Set(SortedDictionary<long, long> side, long price, long lots)
    {
        if (lots > 0)
            side[price] = lots;
        else if (side.Count == 1 && side.TryGetValue(price, out var last))
            lots = last;
        else
            side.Remove(price);
        return lots;
    }

    private static string Side(SortedDictionary<long, long> levels)
    {
        var text = new StringBuilder("[");
        foreach (var (price, lots) in levels)
            text.Append(text.Length > 1 ? "," : "").Append("[\"").Append(Price(price)).Append("\",\"").Append(Quantity(lots)).Append("\"]");
        return text.Append(']').ToString();
    }

    private static string Price(long ticks) => (ticks / 100m).ToString("F2", CultureInfo.InvariantCulture);

    private static string Quantity(long lots) => (lots / 1000m).ToString("F3", CultureInfo.InvariantCulture);
}
