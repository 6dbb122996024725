namespace StreamForge.Sources.Exchange.Generation;

/// <summary>
/// A book on a fixed grid of ticks: quantities (in lots) by tick, bids below, asks above, never crossed, never empty. Plain
/// arithmetic, so that a core makes hundreds of thousands of changes a second.
/// </summary>
internal sealed class GeneratedBook
{
    /// <summary>Ticks of the grid. The market swings about its middle.</summary>
    private const int Grid = 1024;

    /// <summary>Nearer to an edge than this no side may come: so there is always room behind the best.</summary>
    private const int Margin = 64;

    private const int MaxLots = 50_000;
    private const int Reach = 24;
    private readonly long[] _lots = new long[Grid];
    private readonly long _firstTick;

    public GeneratedBook(MarketRandom random, int levels)
    {
        _firstTick = random.Next(1_000, 5_000_000);
        BestBid = Grid / 2 - 1;
        BestAsk = Grid / 2 + 1;
        for (var i = 0; i < levels; i++)
        {
            _lots[BestBid - i] = 1 + random.Next(MaxLots);
            _lots[BestAsk + i] = 1 + random.Next(MaxLots);
        }
    }

    /// <summary>A book as <see cref="Write"/> wrote it.</summary>
    /// <exception cref="InvalidDataException">It was not.</exception>
    public GeneratedBook(BinaryReader reader)
    {
        _firstTick = reader.Read7BitEncodedInt64();
        (BestBid, BestAsk) = (reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt());
        var place = -1;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            place += reader.Read7BitEncodedInt();
            if (place is < 0 or >= Grid)
                throw new InvalidDataException($"A level at {place} of a book that has {Grid}.");
            _lots[place] = reader.Read7BitEncodedInt64();
        }
    }

    /// <summary>Place of the best bid in the grid.</summary>
    public int BestBid { get; private set; }

    /// <summary>Place of the best ask in the grid.</summary>
    public int BestAsk { get; private set; }

    /// <summary>The price of a place, in ticks.</summary>
    public long TickOf(int place) => _firstTick + place;

    public long LotsAt(int place) => _lots[place];

    /// <summary>Changes one level near the touch.</summary>
    /// <param name="random">The market's chance.</param>
    /// <param name="mayImprove">
    /// Whether a new best level may come. Only as the first change of a diff: a place never changes sides within one.
    /// </param>
    /// <returns>The place that changed, and whether it is a bid.</returns>
    public (int Place, bool IsBid) Change(MarketRandom random, bool mayImprove)
    {
        var isBid = random.Next(2) == 0;
        var depth = Math.Min(random.Next(Reach), random.Next(Reach));
        if (depth == 0 && mayImprove && TryImprove(isBid, random) is { } better)
            return (better, isBid);
        var place = isBid ? BestBid - depth : BestAsk + depth;
        Set(place, isBid, random.Next(10) < 3 ? 0 : 1 + random.Next(MaxLots), random);
        return (place, isBid);
    }

    /// <summary>Takes lots from the best level that a trade meets.</summary>
    public void Take(int place, bool isBid, long lots, MarketRandom random) => Set(place, isBid, _lots[place] - lots, random);

    /// <summary>The best levels of a side, best first.</summary>
    public IEnumerable<int> Places(bool isBid)
    {
        for (var place = isBid ? BestBid : BestAsk; place >= 0 && place < Grid; place += isBid ? -1 : 1)
        {
            if (_lots[place] > 0)
                yield return place;
        }
    }

    /// <summary>All of it: the levels by their distance from each other.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt64(_firstTick);
        writer.Write7BitEncodedInt(BestBid);
        writer.Write7BitEncodedInt(BestAsk);
        writer.Write7BitEncodedInt(_lots.Count(lots => lots != 0));
        for (int place = 0, before = -1; place < Grid; place++)
        {
            if (_lots[place] == 0)
                continue;
            writer.Write7BitEncodedInt(place - before);
            writer.Write7BitEncodedInt64(_lots[place]);
            before = place;
        }
    }

    private int? TryImprove(bool isBid, MarketRandom random)
    {
        var place = isBid ? BestBid + 1 : BestAsk - 1;
        var towardsEdge = isBid ? place > Grid - Margin : place < Margin;
        if (BestAsk - BestBid < 2 || towardsEdge)
            return null;
        Set(place, isBid, 1 + random.Next(MaxLots), random);
        return place;
    }

    private void Set(int place, bool isBid, long lots, MarketRandom random)
    {
        _lots[place] = lots;
        if (isBid ? place > BestBid : place < BestAsk)
            MoveBest(isBid, place);
        else if (lots == 0 && place == (isBid ? BestBid : BestAsk))
            Retreat(place, isBid, random);
    }

    /// <summary>The best level is gone: the next one is best. Near the edge it is filled again instead.</summary>
    private void Retreat(int place, bool isBid, MarketRandom random)
    {
        var step = isBid ? -1 : 1;
        var next = place + step;
        while (next >= Margin && next < Grid - Margin && _lots[next] == 0)
            next += step;
        if (next >= Margin && next < Grid - Margin)
            MoveBest(isBid, next);
        else
            _lots[place] = 1 + random.Next(MaxLots);
    }

    private void MoveBest(bool isBid, int place)
    {
        if (isBid)
            BestBid = place;
        else
            BestAsk = place;
    }
}
