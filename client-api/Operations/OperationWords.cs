using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;

namespace StreamForge.ClientApi.Operations;

/// <summary>The words for how things of operators stand.</summary>
internal static class OperationWords
{
    public static string Of(OrderOutcome outcome) => outcome switch
    {
        OrderOutcome.Done => "done",
        OrderOutcome.NothingToDo => "nothing-to-do",
        OrderOutcome.UnderWay => "under-way",
        OrderOutcome.Unknown => "unknown",
        OrderOutcome.Refused => "refused",
        _ => "failed",
    };

    public static string Of(DeadLetterState state) => state switch
    {
        DeadLetterState.Open => "open",
        DeadLetterState.Replaying => "replaying",
        DeadLetterState.Replayed => "replayed",
        _ => "discarded",
    };

    /// <summary>From worst to best: the first that holds.</summary>
    public static PartitionState StateOf(PartitionStatus row) => row switch
    {
        { Epoch: 0 } => PartitionState.Unassigned,
        { Stalled: true } => PartitionState.Stalled,
        { Paused: not null } => PartitionState.Paused,
        _ => PartitionState.Reading,
    };

    public static string Of(PartitionState state) => state switch
    {
        PartitionState.Unassigned => "unassigned",
        PartitionState.Stalled => "stalled",
        PartitionState.Paused => "paused",
        _ => "reading",
    };
}

/// <summary>What a partition does.</summary>
internal enum PartitionState
{
    Reading,
    Paused,
    Stalled,
    Unassigned,
}
