namespace StreamForge.Sources.Exchange.Generation;

/// <summary>
/// The chance of a generated market: SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
/// Its whole state is one number, so that a market can be kept and go on with the same chance.
/// </summary>
internal sealed class MarketRandom(ulong state)
{
    public MarketRandom(int seed)
        : this((ulong)seed)
    {
    }

    /// <summary>From it the same numbers follow again.</summary>
    public ulong State { get; private set; } = state;

    /// <summary>A whole number in [0, <paramref name="below"/>).</summary>
    public int Next(int below) => (int)(((Next() >> 32) * (ulong)below) >> 32);

    /// <summary>A whole number in [<paramref name="from"/>, <paramref name="below"/>).</summary>
    public int Next(int from, int below) => from + Next(below - from);

    /// <summary>A number in [0, 1).</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        State += 0x9E3779B97F4A7C15;
        var mixed = State;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
