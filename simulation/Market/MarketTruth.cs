namespace StreamForge.Simulation.Market;

/// <summary>A trade as the source made it.</summary>
internal sealed record TrueTrade(long Id, decimal Price, decimal Quantity, DateTimeOffset Time, bool BuyerIsMaker);

/// <summary>
/// What a source really published of one instrument, written down by the source itself: nothing of the platform has a hand in it.
/// </summary>
internal sealed class InstrumentTruth(string instrument)
{
    private readonly Dictionary<long, ulong> _books = [];
    private readonly SortedDictionary<long, TrueTrade> _trades = [];
    // In order of time; each with the highest sequence, or id, that could be known from then on.
    private readonly List<(TimeSpan At, long Highest)> _knownBook = [];
    private readonly List<(TimeSpan At, long Highest)> _knownTrades = [];

    public string Instrument => instrument;

    public long LastSequence { get; private set; }

    public long LastTrade { get; private set; }

    public IReadOnlyDictionary<long, TrueTrade> Trades => _trades;

    /// <summary>The book has come to a sequence; its content as a fingerprint.</summary>
    public void Book(long sequence, ulong fingerprint)
    {
        _books[sequence] = fingerprint;
        LastSequence = sequence;
    }

    public void Trade(TrueTrade trade)
    {
        _trades[trade.Id] = trade;
        LastTrade = trade.Id;
    }

    /// <summary>A message that tells of a sequence was sent, and was not lost at the source.</summary>
    public void SentBook(TimeSpan at, long sequence) => Note(_knownBook, at, sequence);

    /// <inheritdoc cref="SentBook"/>
    public void SentTrade(TimeSpan at, long id) => Note(_knownTrades, at, id);

    /// <summary>
    /// The source itself, asked, said that it was no further than this. What was sent beyond it may have been lost on the way, and then
    /// nobody can know of it before the source says more.
    /// </summary>
    public void DenyBook(long sequence) => _knownBook.RemoveAll(known => known.Highest > sequence);

    /// <inheritdoc cref="DenyBook"/>
    public void DenyTrades(long id) => _knownTrades.RemoveAll(known => known.Highest > id);

    /// <summary>The sequence that an answer must have reached that claims all published up to a moment.</summary>
    public long RequiredSequence(TimeSpan through) => Highest(_knownBook, through);

    /// <summary>The trade that such an answer must have.</summary>
    public long RequiredTrade(TimeSpan through) => Highest(_knownTrades, through);

    /// <summary>When a sequence became known to listeners; none where it has not yet.</summary>
    public TimeSpan? SentAt(long sequence) => FirstAt(_knownBook, sequence);

    /// <summary>The book's fingerprint at a sequence; none where the book never stood there.</summary>
    public ulong? BookAt(long sequence) => _books.TryGetValue(sequence, out var known) ? known : null;

    private static TimeSpan? FirstAt(List<(TimeSpan At, long Highest)> known, long value)
    {
        foreach (var (at, highest) in known)
            if (highest >= value)
                return at;
        return null;
    }

    private static void Note(List<(TimeSpan At, long Highest)> known, TimeSpan at, long value)
    {
        if (known.Count == 0 || value > known[^1].Highest)
            known.Add((at, value));
    }

    private static long Highest(List<(TimeSpan At, long Highest)> known, TimeSpan through)
    {
        var (low, high) = (0, known.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (known[middle].At <= through)
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? 0 : known[low - 1].Highest;
    }
}

/// <summary>The truth about all instruments of a market, and what the platform's connector could claim of it.</summary>
internal sealed class MarketTruth(IEnumerable<string> instruments)
{
    private readonly SortedDictionary<string, InstrumentTruth> _instruments =
        new(instruments.ToDictionary(name => name, name => new InstrumentTruth(name)), StringComparer.Ordinal);

    private readonly Dictionary<DateTimeOffset, TimeSpan> _claims = [];

    public IReadOnlyCollection<InstrumentTruth> Instruments => _instruments.Values;

    public InstrumentTruth this[string instrument] => _instruments[instrument];

    /// <summary>
    /// A time of the connector's clock that a watermark may be, and up to when what was published is meant by it. Clocks jump, so the
    /// same time may come twice: the smaller claim counts.
    /// </summary>
    public void Claim(DateTimeOffset byConnector, TimeSpan published)
    {
        // Of what was sent at that very moment some may have come after: it is not meant.
        published -= TimeSpan.FromTicks(1);
        if (!_claims.TryGetValue(byConnector, out var known) || published < known)
            _claims[byConnector] = published;
    }

    /// <summary>What a watermark means; none where nobody ever claimed it.</summary>
    public TimeSpan? Meaning(DateTimeOffset watermark) => _claims.TryGetValue(watermark, out var published) ? published : null;
}

/// <summary>A digest of a book's levels that does not depend on who wrote them down.</summary>
internal struct BookFingerprint()
{
    private const ulong Prime = 1099511628211;
    private ulong _value = 14695981039346656037;

    public readonly ulong Value => _value;

    /// <summary>Takes a level; best first, all bids before the asks.</summary>
    public void Level(decimal price, decimal quantity)
    {
        // 1.50 and 1.5 are one price: trailing zeros do not count.
        Mix((ulong)(long)(price * 1_000_000m));
        Mix((ulong)(long)(quantity * 1_000_000m));
    }

    public void Side() => Mix(7);

    private void Mix(ulong value) => _value = (_value ^ value) * Prime;
}
