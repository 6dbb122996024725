namespace StreamForge.Sources.Exchange.Faults;

/// <summary>Decides which requests go wrong. Thread-safe: requests come at once.</summary>
internal sealed class RequestFaults(FaultPlan plan, FaultJournal journal)
{
    private readonly FaultDice _dice = new(plan, kind => kind > FaultKind.MalformedReplace);
    private readonly Lock _lock = new();

    /// <summary>The fault of a snapshot request: slow, failing or stale; none as a rule.</summary>
    /// <param name="canBeStale">Whether an older snapshot is known.</param>
    public FaultRule? OnSnapshot(string symbol, bool canBeStale) => Roll(
        symbol, "snapshot", 0,
        kind => kind is FaultKind.SlowSnapshot or FaultKind.FailingSnapshot || (kind == FaultKind.StaleSnapshot && canBeStale));

    /// <summary>The fault of a request for trades.</summary>
    public FaultRule? OnTrades(string symbol, long? fromId) =>
        Roll(symbol, "trades", fromId ?? 0, kind => kind == FaultKind.FailingTrades);

    private FaultRule? Roll(string symbol, string what, long first, Func<FaultKind, bool> kinds)
    {
        lock (_lock)
        {
            var hit = _dice.IsEmpty ? null : _dice.Roll(symbol, kinds);
            if (hit is not null)
                journal.Add(hit.Kind, symbol, what, first, 0, 0);
            return hit;
        }
    }
}
