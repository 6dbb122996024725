using StreamForge.Contracts.Market;

namespace StreamForge.Tests.Market.Instruments;

/// <summary>A venue of one instrument, as plain as can be: what is true at any moment, and what it publishes about it.</summary>
internal sealed class VenueModel(Random random, string instrument, DateTimeOffset start)
{
    private readonly SortedDictionary<decimal, decimal> _bids = new(Comparer<decimal>.Create((a, b) => b.CompareTo(a)));
    private readonly SortedDictionary<decimal, decimal> _asks = [];
    private readonly List<Trade> _trades = [];
    private long _sequence = 1_000;

    public DateTimeOffset Now { get; set; } = start;

    public IReadOnlyList<Trade> Trades => _trades;

    public IEnumerable<PriceLevel> Bids => _bids.Select(l => new PriceLevel(l.Key, l.Value));

    public IEnumerable<PriceLevel> Asks => _asks.Select(l => new PriceLevel(l.Key, l.Value));

    public long Sequence => _sequence;

    public DepthDiff ChangeBook()
    {
        var previous = _sequence;
        _sequence += random.Next(1, 5);
        return new DepthDiff
        {
            Instrument = instrument,
            ReceivedAt = Now,
            EventTime = Now,
            Previous = previous,
            Last = _sequence,
            Bids = [.. Change(_bids, 9_900, 10_000)],
            Asks = [.. Change(_asks, 10_001, 10_100)],
        };
    }

    public Trade MakeTrade()
    {
        var trade = new Trade
        {
            Instrument = instrument,
            ReceivedAt = Now,
            TradeId = 500 + _trades.Count,
            Price = random.Next(9_950, 10_050) / 10m,
            Quantity = random.Next(1, 1_000) / 1_000m,
            Time = Now.AddMilliseconds(-random.Next(0, 3)),
            BuyerIsMaker = random.Next(2) == 0,
            Count = random.Next(1, 4),
        };
        // Ids and times of a venue go up together.
        if (_trades.Count > 0 && trade.Time < _trades[^1].Time)
            trade = trade with { Time = _trades[^1].Time };
        _trades.Add(trade);
        return trade;
    }

    public DepthDigest Digest() => new() { Instrument = instrument, ReceivedAt = Now, Sequence = _sequence };

    public DepthSnapshot Snapshot() => new()
    {
        Instrument = instrument,
        ReceivedAt = Now,
        Sequence = _sequence,
        Bids = [.. Bids],
        Asks = [.. Asks],
    };

    public TradeRange Range(long from, long to) => new()
    {
        Instrument = instrument,
        ReceivedAt = Now,
        FromId = from,
        ToId = to,
        Trades = [.. _trades.Where(t => t.TradeId >= from && t.TradeId <= to).Select(t => t with { ReceivedAt = Now })],
    };

    private List<PriceLevel> Change(SortedDictionary<decimal, decimal> side, int low, int high)
    {
        var changed = new Dictionary<decimal, decimal>();
        for (var n = random.Next(0, 4); n >= 0; n--)
        {
            var price = random.Next(low, high) / 10m;
            changed[price] = random.NextDouble() < 0.3 ? 0.000m : random.Next(1, 5_000) / 1_000m;
        }

        foreach (var (price, quantity) in changed)
            if (quantity == 0)
                side.Remove(price);
            else
                side[price] = quantity;
        return [.. changed.Select(l => new PriceLevel(l.Key, l.Value))];
    }
}
