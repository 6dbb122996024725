using Microsoft.Extensions.Logging;
using StreamForge.Silo.Storage;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>What the pumps of one consumer group share.</summary>
internal sealed record PumpServices
{
    public required string Group { get; init; }

    /// <summary>Who owns the partitions, for operators: machine and process, or a node's name.</summary>
    public required string Owner { get; init; }

    public required IEventLog EventLog { get; init; }

    public required IEventProducer Producer { get; init; }

    public required IPartitionStore Partitions { get; init; }

    public required DeadLetterWriter DeadLetters { get; init; }

    public required PumpCounters Counters { get; init; }

    public required CommitWatch Commits { get; init; }

    /// <summary>What operators have paused; none where nobody can pause anything.</summary>
    public PauseBoard? Pauses { get; init; }

    public required PumpOptions Options { get; init; }

    public required IPumpSchedulers Schedulers { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }
}
