using Orleans.Runtime;

namespace StreamForge.Embedded.Nodes;

/// <summary>
/// Which node hosts which grain: a grain lives where it was first called from. A cluster's directory is only as good as its news:
/// <see cref="Forget(GrainId)"/> makes it stale, and then one grain can live on two nodes at once.
/// </summary>
public sealed class GrainDirectory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<GrainId, EmbeddedNode> _homes = [];

    /// <summary>The grain's home; from now on <paramref name="caller"/> where it has none.</summary>
    public EmbeddedNode HomeOf(GrainId id, EmbeddedNode caller)
    {
        lock (_lock)
        {
            if (_homes.TryGetValue(id, out var home))
                return home;
            _homes.Add(id, caller);
            return caller;
        }
    }

    /// <summary>Loses an entry, as a range of the directory that moves during a failure does.</summary>
    public void Forget(GrainId id)
    {
        lock (_lock)
            _homes.Remove(id);
    }

    /// <summary>Loses all entries of a node, as when it is declared dead.</summary>
    public void Forget(EmbeddedNode node)
    {
        lock (_lock)
            foreach (var id in _homes.Where(pair => pair.Value == node).Select(pair => pair.Key).ToArray())
                _homes.Remove(id);
    }

    /// <summary>The grain no longer lives on <paramref name="node"/>; if it has another home, that stays.</summary>
    internal void Leave(GrainId id, EmbeddedNode node)
    {
        lock (_lock)
            if (_homes.TryGetValue(id, out var home) && home == node)
                _homes.Remove(id);
    }
}
