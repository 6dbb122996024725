using System.Collections.Immutable;
using StreamForge.Contracts.Market;

namespace StreamForge.Grains.Market;

/// <summary>The newest changes of an instrument, one for every version, for readers that follow.</summary>
public sealed class UpdateRing(string life, int capacity, long version)
{
    private readonly StreamUpdate[] _ring = new StreamUpdate[capacity];
    private int _count;

    /// <summary>Identifies the life of this buffer: versions compare only within one.</summary>
    public string Life { get; } = life;

    /// <summary>The version of the newest change, or where the buffer began.</summary>
    public long Version { get; private set; } = version;

    /// <summary>Adds the change to the next version.</summary>
    public void Add(StreamUpdate update)
    {
        if (update.Version != Version + 1)
            throw new ArgumentException($"Version {update.Version} does not follow {Version}.", nameof(update));
        Version = update.Version;
        _ring[Slot(Version)] = update;
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
            updates.Add(_ring[Slot(afterVersion + i)]);
        return new StreamPage { Life = Life, Version = afterVersion + n, Updates = updates.MoveToImmutable() };
    }

    private int Slot(long version) => (int)(version % _ring.Length);
}
