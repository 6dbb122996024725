using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Orleans;
using Orleans.Serialization;

namespace StreamForge.Embedded.Copying;

/// <summary>
/// Makes the copier of a type with <see cref="GenerateSerializerAttribute"/>: the fields behind its members with an
/// <see cref="IdAttribute"/>, inherited ones too, are copied, private and read-only ones among them; all others keep what the
/// constructor without parameters gives them, or zero where there is none.
/// </summary>
internal static class MemberCopier
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly MethodInfo CopyMethod = typeof(DeepCopy).GetMethod(nameof(DeepCopy.Copy))!;

    private static readonly MethodInfo RememberMethod = typeof(CopyContext).GetMethod(nameof(CopyContext.Add))!;

    /// <exception cref="CodecNotFoundException">The type may not travel.</exception>
    public static Func<T, CopyContext, T> Create<T>()
    {
        var type = typeof(T);
        if (type.IsAbstract || !type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            return (_, _) => throw new CodecNotFoundException(
                $"Could not find a copier for type {type}: it needs [GenerateSerializer], and [Id] on the members that travel.");

        var method = new DynamicMethod($"Copy<{type.Name}>", type, [type, typeof(CopyContext)], typeof(MemberCopier), skipVisibility: true);
        var il = method.GetILGenerator();
        var copy = il.DeclareLocal(type);
        EmitCreate(il, type, copy);
        for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
            foreach (var field in TravellingFields(level))
                EmitField(il, type, copy, field);
        il.Emit(OpCodes.Ldloc, copy);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<T, CopyContext, T>>();
    }

    private static void EmitCreate(ILGenerator il, Type type, LocalBuilder copy)
    {
        if (type.IsValueType)
        {
            il.Emit(OpCodes.Ldloca, copy);
            il.Emit(OpCodes.Initobj, type);
            return;
        }

        if (type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []) is { } constructor)
        {
            il.Emit(OpCodes.Newobj, constructor);
        }
        else
        {
            il.Emit(OpCodes.Ldtoken, type);
            il.Emit(OpCodes.Call, typeof(Type).GetMethod(nameof(Type.GetTypeFromHandle))!);
            il.Emit(OpCodes.Call, typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.GetUninitializedObject))!);
            il.Emit(OpCodes.Castclass, type);
        }

        il.Emit(OpCodes.Stloc, copy);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldloc, copy);
        il.Emit(OpCodes.Call, RememberMethod);
    }

    private static void EmitField(ILGenerator il, Type type, LocalBuilder copy, (FieldInfo Field, bool AsIs) travelling)
    {
        var (field, asIs) = travelling;
        il.Emit(type.IsValueType ? OpCodes.Ldloca : OpCodes.Ldloc, copy);
        il.Emit(type.IsValueType ? OpCodes.Ldarga : OpCodes.Ldarg, (short)0);
        il.Emit(OpCodes.Ldfld, field);
        if (!asIs && !Immutability.Holds(field.FieldType))
        {
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Call, CopyMethod.MakeGenericMethod(field.FieldType));
        }

        il.Emit(OpCodes.Stfld, field);
    }

    private static IEnumerable<(FieldInfo Field, bool AsIs)> TravellingFields(Type type)
    {
        foreach (var field in type.GetFields(Declared))
            if (field.IsDefined(typeof(IdAttribute), inherit: false))
                yield return (field, field.IsDefined(typeof(ImmutableAttribute), inherit: false));

        var primary = PrimaryParameters(type);
        foreach (var property in type.GetProperties(Declared))
            if (property.IsDefined(typeof(IdAttribute), inherit: false) || primary.Contains(property.Name))
                yield return (BackingField(type, property), property.IsDefined(typeof(ImmutableAttribute), inherit: false));
    }

    private static FieldInfo BackingField(Type type, PropertyInfo property) =>
        type.GetField($"<{property.Name}>k__BackingField", Declared)
        ?? throw new CodecNotFoundException($"{type}.{property.Name} has an [Id] but no field behind it.");

    /// <summary>Parameters of a record's primary constructor travel without an id.</summary>
    private static HashSet<string> PrimaryParameters(Type type)
    {
        var isRecord = type.GetMethod("<Clone>$", Declared) is not null
            || (type.IsValueType && type.GetMethod("PrintMembers", Declared) is not null);
        if (!isRecord)
            return [];
        var primary = type.GetConstructors(Declared)
            .Where(c => c.GetParameters() is { Length: > 0 } parameters && parameters[0].ParameterType != type)
            .FirstOrDefault(c => c.GetParameters().All(p => p.Name is { } name && type.GetProperty(name, Declared) is not null));
        return primary is null ? [] : [.. primary.GetParameters().Select(p => p.Name!)];
    }
}
