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
/// Changes are values in one array that grows as they come: one that nobody reads leaves nothing for the collector, and an
/// instrument that seldom changes stays small.
/// </remarks>
public sealed class UpdateRing(string life, int capacity, long version)
{
    private const int FirstLength = 16;
    private StreamChange[] _ring = new StreamChange[Math.Min(FirstLength, capacity)];
    private int _count;

    /// <summary>Identifies the life of this buffer: versions compare only within one.</summary>
    public string Life { get; } = life;

    /// <summary>The version of the newest change, or where the buffer began.</summary>
    public long Version { get; private set; } = version;

    /// <summary>Adds the change to the next version.</summary>
    public void Add(long version, in StreamChange change)
    {
        if (version != Version + 1)
            throw new ArgumentException($"Version {version} does not follow {Version}.", nameof(version));
        if (_count == _ring.Length && _count < capacity)
            Grow();
        Version = version;
        _ring[Slot(version)] = change;
        _count = Math.Min(_count + 1, _ring.Length);
    }

    /// <summary>The changes after a version, at most <paramref name="max"/>; a reset where the reader's place is unknown here.</summary>
    public StreamPage Read(string? readerLife, long afterVersion, int max)
    {
        if (readerLife != Life || afterVersion > Version || afterVersion < Version - _count)
            return new StreamPage { Life = Life, Reset = true, Version = Version, Updates = [] };
        var n = (int)Math.Min(max, Version - afterVersion);
        var updates = ImmutableArray.CreateBuilder<StreamUpdate>(n);
        for (var i = 1; i <= n; i++)
            updates.Add(_ring[Slot(afterVersion + i)].ToUpdate(afterVersion + i));
        return new StreamPage { Life = Life, Version = afterVersion + n, Updates = updates.MoveToImmutable() };
    }

    private void Grow()
    {
        var old = _ring;
        _ring = new StreamChange[Math.Min(capacity, old.Length * 2)];
        for (var known = Version - _count + 1; known <= Version; known++)
            _ring[Slot(known)] = old[(int)(known % old.Length)];
    }

    private int Slot(long version) => (int)(version % _ring.Length);
}
