using System.Collections.Concurrent;
using System.Reflection;
using Orleans;
using Orleans.Runtime;
using StreamForge.Embedded.Activations;

namespace StreamForge.Embedded.Nodes;

/// <summary>The grain classes of some assemblies.</summary>
public sealed class GrainCatalog
{
    private readonly Dictionary<GrainType, GrainClass> _classes = [];
    private readonly ConcurrentDictionary<Type, GrainClass> _byInterface = new();

    /// <exception cref="InvalidOperationException">Two classes have one grain type, or a class cannot be constructed.</exception>
    public GrainCatalog(IEnumerable<Assembly> assemblies)
    {
        foreach (var type in assemblies.Distinct().SelectMany(assembly => assembly.GetTypes()))
        {
            if (!type.IsClass || type.IsAbstract || type.ContainsGenericParameters || !typeof(IGrainBase).IsAssignableFrom(type)
                || !typeof(IGrain).IsAssignableFrom(type))
                continue;
            var grainClass = new GrainClass(type);
            if (!_classes.TryAdd(grainClass.GrainType, grainClass))
                throw new InvalidOperationException($"Two grain classes have the type '{grainClass.GrainType}': name one with [GrainType].");
        }
    }

    internal GrainClass Class(GrainType type) =>
        _classes.TryGetValue(type, out var found) ? found : throw new ArgumentException($"There is no grain class of type '{type}'.", nameof(type));

    /// <exception cref="ArgumentException">No class, or more than one, implements the interface.</exception>
    internal GrainClass ClassOf(Type grainInterface) => _byInterface.GetOrAdd(grainInterface, Find);

    private GrainClass Find(Type grainInterface)
    {
        var found = _classes.Values.Where(c => c.Implements(grainInterface)).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new ArgumentException($"Could not find an implementation for interface {grainInterface}.", nameof(grainInterface)),
            _ => throw new ArgumentException(
                $"Unable to identify a single appropriate grain type for interface {grainInterface}. Candidates: {string.Join(", ", found)}.",
                nameof(grainInterface)),
        };
    }
}
