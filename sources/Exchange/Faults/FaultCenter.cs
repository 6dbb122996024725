using System.Collections.Concurrent;
using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Faults;

/// <summary>The plan in force, the journal of all plans, and the snapshots that may go stale.</summary>
internal sealed class FaultCenter
{
    private readonly ConcurrentDictionary<string, SnapshotAnswer> _served = new(StringComparer.Ordinal);
    private readonly long? _totalFrames;
    private volatile InForce _inForce;

    public FaultCenter(FaultPlan plan, long? totalFrames, TimeProvider time)
    {
        _totalFrames = totalFrames;
        Journal = new FaultJournal(time);
        _inForce = Make(plan);
    }

    public FaultJournal Journal { get; }

    public FaultPlan Plan => _inForce.Plan;

    public FrameFaults Frames => _inForce.Frames;

    public RequestFaults Requests => _inForce.Requests;

    /// <summary>Replaces the plan; its dice are new.</summary>
    public void Set(FaultPlan plan) => _inForce = Make(plan);

    /// <summary>Remembers what was served, to be served again when it is stale.</summary>
    public void Remember(string symbol, in SnapshotAnswer answer) => _served[symbol] = answer;

    /// <summary>The snapshot that was served last.</summary>
    public bool TryGetServed(string symbol, out SnapshotAnswer answer) => _served.TryGetValue(symbol, out answer);

    private InForce Make(FaultPlan plan) =>
        new(plan, new FrameFaults(plan, Journal, _totalFrames), new RequestFaults(plan, Journal));

    private sealed record InForce(FaultPlan Plan, FrameFaults Frames, RequestFaults Requests);
}
