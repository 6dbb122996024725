using StreamForge.Simulation.Faults;

namespace StreamForge.Simulation.World;

/// <summary>All that a batch of runs must have come to: what it never met, it has not tested.</summary>
internal static class ReachCatalog
{
    private static readonly string[] Answers = ["Live", "Stale", "Stalled", "SourceDown", "Repairing", "Gap", "Parked"];

    private static readonly string[] Checks =
    [
        "L1 nothing lost, applied", "L1 nothing lost, derived", "L1 nothing lost, parked", "L1 nothing lost, lost to retention",
        "L2 nothing twice, book", "L2 nothing twice, trade", "L2 nothing twice, minute",
        "L3 no silent gap, book", "L3 no silent gap, trades", "L3 no silent gap, recent",
        "L4 always an answer", "L4 always an answer, broker down", "L4 always an answer, storage down",
        "L4 always an answer, storage in trouble", "L4 always an answer, source in trouble", "L4 always an answer, link silent",
        "L5 nothing stops a partition, Defect", "L5 nothing stops a partition, SlowCalls", "L5 nothing stops a partition, NoAnswers",
        "L5 nothing stops a partition, Poison", "L5 nothing stops a partition, LargeRecord",
        "L6 bounded mercy",
        "L7 one writer, instrument", "L7 one writer, other", "L7 one writer, refused",
        "L1 nothing lost, indexed", "L1 nothing lost, books",
        "operators, a pause holds, nothing new", "operators, a pause holds, not live",
        "operators, a replay is a record like any other, stands", "operators, a replay is a record like any other, applied",
        "operators, a replay is a record like any other, discarded",
        "L8 explainable, book", "L8 explainable, trades", "L8 explainable, repair",
    ];

    private static readonly string[] Branches =
    [
        "gate/applied", "gate/duplicate", "gate/superseded", "gate/held before the first snapshot", "gate/held", "gate/overflow",
        "gate/digest ahead", "gate/source doubted", "gate/based on a repair",
        "gate/trades missing", "gate/trades repaired",
        "parser/dead letter",
        "ledger/waits", "ledger/applied and not durable", "ledger/left in the log", "ledger/parked", "ledger/key stalled",
        "ledger/goes on from what is stored", "ledger/window full", "ledger/loss open", "ledger/partition stalled",
        "governor/at its cap", "governor/somebody waits", "governor/out of tokens", "governor/interactive waits",
        "governor/background waits", "governor/permit given back", "governor/permit expired", "governor/ticket forgotten",
        "governor/oldest first", "governor/permit of before a take-over",
    ];

    // What the pumps say at the branches that matter: see operations.md.
    private static readonly string[] Said =
    [
        "Pipeline.Started", "Pipeline.Stopped", "Pipeline.Fenced", "Pipeline.Rewinding",
        "Pipeline.Lost", "Pipeline.LossClosed", "Pipeline.ReadFailed", "Pipeline.CheckpointFailed",
        "Pipeline.Retrying", "Pipeline.KeyStalled", "Pipeline.KeyParked",
        "Pipeline.DeadLettered", "Pipeline.FlushFailed", "Pipeline.MembershipEnded", "Pipeline.JoinedAgain",
        "InstrumentGrain.Reloading", "InstrumentGrain.Lost", "InstrumentGrain.NotCompared", "InstrumentGrain.RepairFailed",
        "CheckpointGrainStorage.Retrying",
    ];

    private static readonly string[] Orders = ["pause Done", "resume Done", "unpark Done", "replay Done", "discard Done"];

    /// <summary>Names as they are counted, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. FaultKinds.Names.Select(kind => "fault/" + kind),
        .. Trouble.Names.Select(kind => "strike/" + kind),
        .. Answers.Select(status => "answer/" + status),
        .. Checks.Select(check => "check/" + check),
        .. Branches.Select(branch => "branch/" + branch),
        .. Said.Select(said => "log/" + said),
        .. Orders.Select(order => "operator/" + order),
    ];

    /// <summary>What a batch never came to.</summary>
    public static IReadOnlyList<string> Missing(Reach reach) => [.. Names.Where(name => reach[name] == 0)];
}
