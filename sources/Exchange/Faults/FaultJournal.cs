using System.Collections.Immutable;

namespace StreamForge.Sources.Exchange.Faults;

/// <summary>One thing that went wrong on purpose.</summary>
/// <param name="Number">Number of the fault, from 1.</param>
/// <param name="Kind">What went wrong.</param>
/// <param name="Symbol">Whose frame or request it was.</param>
/// <param name="Stream">The stream, or <c>snapshot</c> or <c>trades</c> for a request.</param>
/// <param name="First">The first sequence or id of the frame; 0 where it has none.</param>
/// <param name="Last">The last one.</param>
/// <param name="Frame">Number of the frame in the market, from 1; 0 for a request.</param>
/// <param name="At">When, by the exchange's clock, UTC.</param>
public sealed record FaultEntry(
    long Number, FaultKind Kind, string Symbol, string Stream, long First, long Last, long Frame, DateTimeOffset At);

/// <summary>What was done wrong so far.</summary>
/// <param name="Total">All faults.</param>
/// <param name="ByKind">By kind.</param>
/// <param name="BySymbol">By symbol, then kind.</param>
public sealed record FaultCounts(
    long Total,
    ImmutableSortedDictionary<string, long> ByKind,
    ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, long>> BySymbol);

/// <summary>Remembers what was done wrong, so that a test can ask whether each was noticed.</summary>
/// <param name="time">The exchange's clock.</param>
/// <param name="capacity">How many entries are kept; counts are of all.</param>
public sealed class FaultJournal(TimeProvider time, int capacity = 100_000)
{
    private readonly Lock _lock = new();
    private readonly List<FaultEntry> _entries = [];
    private readonly Dictionary<(string Symbol, FaultKind Kind), long> _counts = [];
    private long _total;

    /// <summary>The entries, oldest first.</summary>
    public IReadOnlyList<FaultEntry> Entries
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    public FaultCounts Counts()
    {
        lock (_lock)
        {
            return new FaultCounts(
                _total,
                _counts.GroupBy(c => c.Key.Kind).ToImmutableSortedDictionary(g => Name(g.Key), g => g.Sum(c => c.Value)),
                _counts.GroupBy(c => c.Key.Symbol, StringComparer.Ordinal).ToImmutableSortedDictionary(
                    g => g.Key, g => g.ToImmutableSortedDictionary(c => Name(c.Key.Kind), c => c.Value)));
        }
    }

    internal void Add(FaultKind kind, string symbol, string stream, long first, long last, long frame)
    {
        lock (_lock)
        {
            _total++;
            _counts[(symbol, kind)] = _counts.GetValueOrDefault((symbol, kind)) + 1;
            if (_entries.Count < capacity)
                _entries.Add(new FaultEntry(_total, kind, symbol, stream, first, last, frame, time.GetUtcNow()));
        }
    }

    private static string Name(FaultKind kind) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());
}
