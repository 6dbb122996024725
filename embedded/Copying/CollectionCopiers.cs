using System.Collections.Immutable;
using System.Reflection;

namespace StreamForge.Embedded.Copying;

/// <summary>Copiers of the collections of the base library: a new collection of the same kind with copies of what it holds.</summary>
internal static class CollectionCopiers
{
    private static readonly Dictionary<Type, string> Makers = new()
    {
        [typeof(List<>)] = nameof(List),
        [typeof(Dictionary<,>)] = nameof(Dictionary),
        [typeof(SortedDictionary<,>)] = nameof(SortedDictionary),
        [typeof(HashSet<>)] = nameof(HashSet),
        [typeof(SortedSet<>)] = nameof(SortedSet),
        [typeof(Queue<>)] = nameof(Queue),
        [typeof(Stack<>)] = nameof(Stack),
        [typeof(Nullable<>)] = nameof(OfNullable),
        [typeof(KeyValuePair<,>)] = nameof(Pair),
        [typeof(Tuple<,>)] = nameof(Tuple2),
        [typeof(ValueTuple<,>)] = nameof(ValueTuple2),
        [typeof(ValueTuple<,,>)] = nameof(ValueTuple3),
        [typeof(ImmutableArray<>)] = nameof(ImmutableArrayOf),
        [typeof(ImmutableList<>)] = nameof(ImmutableListOf),
        [typeof(ImmutableDictionary<,>)] = nameof(ImmutableDictionaryOf),
    };

    /// <summary>A <c>Func&lt;T, CopyContext, T&gt;</c>; none where <paramref name="type"/> is no such collection.</summary>
    public static Delegate? TryCreate(Type type)
    {
        if (type.IsSZArray)
            return Make(nameof(Array), type.GetElementType()!);
        return type.IsGenericType && Makers.TryGetValue(type.GetGenericTypeDefinition(), out var maker)
            ? Make(maker, type.GetGenericArguments())
            : null;
    }

    private static Delegate Make(string maker, params Type[] arguments) => (Delegate)typeof(CollectionCopiers)
        .GetMethod(maker, BindingFlags.Static | BindingFlags.NonPublic)!
        .MakeGenericMethod(arguments)
        .Invoke(null, null)!;

    private static TCopy Remember<TCopy>(CopyContext context, object original, TCopy copy)
        where TCopy : class
    {
        context.Add(original, copy);
        return copy;
    }

    private static Func<T[], CopyContext, T[]> Array<T>() => static (from, context) =>
    {
        var to = Remember(context, from, new T[from.Length]);
        if (Copier<T>.IsImmutable)
            from.CopyTo(to, 0);
        else
            for (var i = 0; i < from.Length; i++)
                to[i] = DeepCopy.Copy(from[i], context);
        return to;
    };

    private static Func<List<T>, CopyContext, List<T>> List<T>() => static (from, context) =>
    {
        var to = Remember(context, from, new List<T>(from.Count));
        if (Copier<T>.IsImmutable)
            to.AddRange(from);
        else
            foreach (var item in from)
                to.Add(DeepCopy.Copy(item, context));
        return to;
    };

    private static Func<Dictionary<TKey, TValue>, CopyContext, Dictionary<TKey, TValue>> Dictionary<TKey, TValue>()
        where TKey : notnull => static (from, context) =>
    {
        var to = Remember(context, from, new Dictionary<TKey, TValue>(from.Count, from.Comparer));
        foreach (var (key, value) in from)
            to.Add(DeepCopy.Copy(key, context), DeepCopy.Copy(value, context));
        return to;
    };

    private static Func<SortedDictionary<TKey, TValue>, CopyContext, SortedDictionary<TKey, TValue>> SortedDictionary<TKey, TValue>()
        where TKey : notnull => static (from, context) =>
    {
        var to = Remember(context, from, new SortedDictionary<TKey, TValue>(from.Comparer));
        foreach (var (key, value) in from)
            to.Add(DeepCopy.Copy(key, context), DeepCopy.Copy(value, context));
        return to;
    };

    private static Func<HashSet<T>, CopyContext, HashSet<T>> HashSet<T>() => static (from, context) =>
    {
        var to = Remember(context, from, new HashSet<T>(from.Count, from.Comparer));
        foreach (var item in from)
            to.Add(DeepCopy.Copy(item, context));
        return to;
    };

    private static Func<SortedSet<T>, CopyContext, SortedSet<T>> SortedSet<T>() => static (from, context) =>
    {
        var to = Remember(context, from, new SortedSet<T>(from.Comparer));
        foreach (var item in from)
            to.Add(DeepCopy.Copy(item, context));
        return to;
    };

    private static Func<Queue<T>, CopyContext, Queue<T>> Queue<T>() => static (from, context) =>
    {
        var to = Remember(context, from, new Queue<T>(from.Count));
        foreach (var item in from)
            to.Enqueue(DeepCopy.Copy(item, context));
        return to;
    };

    private static Func<Stack<T>, CopyContext, Stack<T>> Stack<T>() => static (from, context) =>
    {
        var to = Remember(context, from, new Stack<T>(from.Count));
        foreach (var item in from.Reverse())
            to.Push(DeepCopy.Copy(item, context));
        return to;
    };

    private static Func<T?, CopyContext, T?> OfNullable<T>()
        where T : struct => static (from, context) => from is { } value ? DeepCopy.Copy(value, context) : null;

    private static Func<KeyValuePair<TKey, TValue>, CopyContext, KeyValuePair<TKey, TValue>> Pair<TKey, TValue>() =>
        static (from, context) => new(DeepCopy.Copy(from.Key, context), DeepCopy.Copy(from.Value, context));

    private static Func<Tuple<T1, T2>, CopyContext, Tuple<T1, T2>> Tuple2<T1, T2>() => static (from, context) =>
        new(DeepCopy.Copy(from.Item1, context), DeepCopy.Copy(from.Item2, context));

    private static Func<(T1, T2), CopyContext, (T1, T2)> ValueTuple2<T1, T2>() => static (from, context) =>
        (DeepCopy.Copy(from.Item1, context), DeepCopy.Copy(from.Item2, context));

    private static Func<(T1, T2, T3), CopyContext, (T1, T2, T3)> ValueTuple3<T1, T2, T3>() => static (from, context) =>
        (DeepCopy.Copy(from.Item1, context), DeepCopy.Copy(from.Item2, context), DeepCopy.Copy(from.Item3, context));

    private static Func<ImmutableArray<T>, CopyContext, ImmutableArray<T>> ImmutableArrayOf<T>() => static (from, context) =>
        from.IsDefaultOrEmpty ? from : ImmutableArray.CreateRange(from, static (item, c) => DeepCopy.Copy(item, c), context);

    private static Func<ImmutableList<T>, CopyContext, ImmutableList<T>> ImmutableListOf<T>() => static (from, context) =>
        Remember(context, from, ImmutableList.CreateRange(from.Select(item => DeepCopy.Copy(item, context))));

    private static Func<ImmutableDictionary<TKey, TValue>, CopyContext, ImmutableDictionary<TKey, TValue>>
        ImmutableDictionaryOf<TKey, TValue>()
        where TKey : notnull => static (from, context) => Remember(context, from, from.ToDictionary(
            pair => DeepCopy.Copy(pair.Key, context),
            pair => DeepCopy.Copy(pair.Value, context)).ToImmutableDictionary(from.KeyComparer, from.ValueComparer));
}
