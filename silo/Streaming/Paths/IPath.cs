using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Streaming.Paths;

/// <summary>A way that events take: the groups that read its topics, one behind the other.</summary>
internal interface IPath
{
    /// <summary>In the order in which events go through them.</summary>
    IReadOnlyList<PathGroup> Groups { get; }
}

/// <summary>A consumer group of a path.</summary>
/// <param name="Name">The group's name in the log.</param>
/// <param name="Topics">What it reads; made where they are not there yet.</param>
/// <param name="FeedsGrains">Whether its events end in grains; otherwise it derives others from them.</param>
/// <param name="Create">Makes the pump of a partition that was assigned.</param>
internal sealed record PathGroup(
    string Name, IReadOnlyList<TopicSpec> Topics, bool FeedsGrains, Func<IAssignedPartition, PumpServices, PartitionPump> Create);
