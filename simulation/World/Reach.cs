namespace StreamForge.Simulation.World;

/// <summary>
/// What a run, or a batch of runs, came to: kinds of faults, checks of laws, branches of the product. It proves that a green batch
/// did not pass by all that could go wrong.
/// </summary>
internal sealed class Reach
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>By name, in order of name.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    public long this[string name] => _counts.GetValueOrDefault(name);

    public void Count(string name, long by = 1) => _counts[name] = _counts.GetValueOrDefault(name) + by;

    public void Add(Reach other)
    {
        foreach (var (name, count) in other._counts)
            Count(name, count);
    }

    /// <summary>The sum over all names that begin so.</summary>
    public long Sum(string prefix) => _counts.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(pair => pair.Value);
}
