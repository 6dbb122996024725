using StreamForge.Embedded.Scheduling;

namespace StreamForge.Embedded.Nodes;

/// <summary>The nodes of one process: in production one, in simulation and tests several. They share a scheduler and a directory.</summary>
public sealed class EmbeddedCluster(ITurnScheduler scheduler)
{
    private readonly Lock _lock = new();
    private readonly List<EmbeddedNode> _nodes = [];

    public ITurnScheduler Scheduler { get; } = scheduler;

    public GrainDirectory Directory { get; } = new();

    /// <summary>All nodes that ever were, in the order of their coming.</summary>
    public IReadOnlyList<EmbeddedNode> Nodes
    {
        get
        {
            lock (_lock)
                return [.. _nodes];
        }
    }

    /// <summary>
    /// The cluster has noticed that a node is gone (or thinks so, when it is only paused): its grains may live elsewhere from now
    /// on, and calls that wait for it fail.
    /// </summary>
    public void DeclareDead(EmbeddedNode node)
    {
        Directory.Forget(node);
        node.FailCallsFromOthers();
    }

    internal void Add(EmbeddedNode node)
    {
        lock (_lock)
            _nodes.Add(node);
    }
}
