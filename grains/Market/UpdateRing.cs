using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;

namespace StreamForge.Grains.Market;

/// <summary>A change as the ring keeps it: see <see cref="StreamUpdate"/>.</summary>
public readonly record struct StreamChange(
    StreamUpdateKind Kind,
    long Sequence,
    PriceLevel? BestBid,
    PriceLevel? BestAsk,
    Trade? Trade,
    FreshnessStatus Status,
    DateTimeOffset? EventTime)
{
    /// <summary>The change as readers get it.</summary>
    public StreamUpdate ToUpdate(long version) => new()
    {
        Version = version,
        Kind = Kind,
        Sequence = Sequence,
        BestBid = BestBid,
        BestAsk = BestAsk,
        Trade = Trade,
        Status = Status,
        EventTime = EventTime,
    };
}

/// <summary>The newest changes of an instrument, one for every version, for readers that follow.</summary>
/// <remarks>
/// Changes are values in one array that grows as they come: one that nobody reads leaves nothing for the collector. Where nobody
/// has read for <paramref name="capacity"/> changes, only the last <see cref="UnreadLength"/> are kept: that bridges the time between
/// a view, which names a version, and the first read after it, and of thousands of instruments few are followed.
/// </remarks>
public sealed class UpdateRing(string life, int capacity, long version)
{
    /// <summary>Changes that are kept while nobody reads.</summary>
    public const int UnreadLength = 64;

    private const int FirstLength = 16;
    private StreamChange[] _ring = new StreamChange[Math.Min(FirstLength, capacity)];
    private int _count;
    // Changes until the last reader counts as gone; 0: nobody reads.
    private int _followed;

    /// <summary>Identifies the life of this buffer: versions compare only within one.</summary>
    public string Life { get; } = life;

    /// <summary>The version of the newest change, or where the buffer began.</summary>
    public long Version { get; private set; } = version;

    /// <summary>Adds the change to the next version.</summary>
    public void Add(long version, in StreamChange change)
    {
        if (version != Version + 1)
            throw new ArgumentException($"Version {version} does not follow {Version}.", nameof(version));
        if (_followed > 0 && --_followed == 0)
            Resize(Math.Min(capacity, UnreadLength));
        else if (_count == _ring.Length && _count < Limit)
            Resize(Math.Min(Limit, _ring.Length * 2));
        Version = version;
        _ring[Slot(version)] = change;
        _count = Math.Min(_count + 1, _ring.Length);
    }

    /// <summary>The changes after a version, at most <paramref name="max"/>; a reset where the reader's place is unknown here.</summary>
    public StreamPage Read(string? readerLife, long afterVersion, int max)
    {
        _followed = capacity;
        if (readerLife != Life || afterVersion > Version || afterVersion < Version - _count)
            return new StreamPage { Life = Life, Reset = true, Version = Version, Updates = [] };
        var n = (int)Math.Min(max, Version - afterVersion);
        var updates = ImmutableArray.CreateBuilder<StreamUpdate>(n);
        for (var i = 1; i <= n; i++)
            updates.Add(_ring[Slot(afterVersion + i)].ToUpdate(afterVersion + i));
        return new StreamPage { Life = Life, Version = afterVersion + n, Updates = updates.MoveToImmutable() };
    }

    private int Limit => _followed > 0 ? capacity : Math.Min(capacity, UnreadLength);

    /// <summary>Keeps the newest changes that fit.</summary>
    private void Resize(int length)
    {
        var old = _ring;
        _ring = new StreamChange[length];
        _count = Math.Min(_count, length);
        for (var known = Version - _count + 1; known <= Version; known++)
            _ring[Slot(known)] = old[(int)(known % old.Length)];
    }

    private int Slot(long version) => (int)(version % _ring.Length);
}
