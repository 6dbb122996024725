using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Numerics;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace StreamForge.Embedded.Copying;

/// <summary>Tells which types hold values that cannot change, as Orleans sees it.</summary>
internal static class Immutability
{
    private static readonly HashSet<Type> Known =
    [
        typeof(string), typeof(decimal), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly),
        typeof(TimeSpan), typeof(Guid), typeof(Uri), typeof(Version), typeof(CancellationToken), typeof(Int128),
        typeof(UInt128), typeof(Half), typeof(BigInteger), typeof(IPAddress), typeof(IPEndPoint), typeof(GrainId),
        typeof(GrainType), typeof(IdSpan), typeof(VoidResult),
    ];

    /// <summary>Containers that cannot change: their values cannot if what they hold cannot.</summary>
    private static readonly HashSet<Type> Containers =
    [
        typeof(Nullable<>), typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>),
        typeof(ImmutableSortedSet<>), typeof(ImmutableQueue<>), typeof(ImmutableStack<>), typeof(ImmutableDictionary<,>),
        typeof(ImmutableSortedDictionary<,>), typeof(KeyValuePair<,>), typeof(Tuple<>), typeof(Tuple<,>), typeof(Tuple<,,>),
        typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>),
    ];

    private static readonly ConcurrentDictionary<Type, bool> Answers = new();

    public static bool Holds(Type type) => Answers.TryGetValue(type, out var answer)
        ? answer
        : Answers.GetOrAdd(type, Decide(type));

    /// <summary>Whether instances are such a container.</summary>
    public static bool IsContainer(Type type) => type.IsGenericType && Containers.Contains(type.GetGenericTypeDefinition());

    private static bool Decide(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || Known.Contains(type) || type.IsDefined(typeof(ImmutableAttribute), inherit: false))
            return true;
        if (typeof(Type).IsAssignableFrom(type) || typeof(IAddressable).IsAssignableFrom(type)
            || typeof(Exception).IsAssignableFrom(type))
            return true;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Immutable<>))
            return true;
        return IsContainer(type) && type.GetGenericArguments().All(Holds);
    }
}

/// <summary>The result of a call that has none.</summary>
internal readonly struct VoidResult;
