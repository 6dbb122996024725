using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace StreamForge.Embedded.Copying;

/// <summary>
/// Copies what travels in calls, so that caller and grain never share what can change. Values that cannot change are handed over
/// as they are.
/// </summary>
internal static class DeepCopy
{
    private static readonly ConcurrentDictionary<Type, Func<object, CopyContext, object>> ByRuntimeType = new();

    private static readonly MethodInfo BoxedMethod =
        typeof(DeepCopy).GetMethod(nameof(Boxed), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <exception cref="Orleans.Serialization.CodecNotFoundException">A type in it may not travel.</exception>
    public static T Copy<T>(T value, CopyContext context)
    {
        if (value is null || Copier<T>.IsImmutable)
            return value;
        if (typeof(T).IsValueType)
            return Copier<T>.Copy(value, context);
        return context.TryGet(value, out var known) ? (T)known! : CopyNew(value, context);
    }

    /// <summary>Copies by what the value is, not by how it is declared.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static object? CopyObject(object? value, CopyContext context)
    {
        if (value is null)
            return null;
        if (!value.GetType().IsValueType && context.TryGet(value, out var known))
            return known!;
        return ForType(value.GetType())(value, context);
    }

    /// <summary>The copier of a declared type on boxed values; none where values are handed over as they are.</summary>
    public static Func<object?, CopyContext, object?>? ForDeclared(Type type) =>
        Immutability.Holds(type) ? null : CopyObject;

    private static T CopyNew<T>([DisallowNull] T value, CopyContext context) => value.GetType() == typeof(T)
        ? Copier<T>.Copy(value, context)
        : (T)ForType(value.GetType())(value, context);

    private static Func<object, CopyContext, object> ForType(Type type) => ByRuntimeType.GetOrAdd(
        type,
        static t => Immutability.Holds(t)
            ? static (value, _) => value
            : BoxedMethod.MakeGenericMethod(t).CreateDelegate<Func<object, CopyContext, object>>());

    private static object Boxed<T>(object value, CopyContext context) => Copier<T>.Copy((T)value, context)!;
}

/// <summary>The copier of exactly one type, made when it is first needed.</summary>
internal static class Copier<T>
{
    public static readonly bool IsImmutable = Immutability.Holds(typeof(T));

    public static readonly Func<T, CopyContext, T> Copy =
        (Func<T, CopyContext, T>?)CollectionCopiers.TryCreate(typeof(T)) ?? MemberCopier.Create<T>();
}
