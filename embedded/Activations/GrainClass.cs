using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Core;
using Orleans.Runtime;

namespace StreamForge.Embedded.Activations;

/// <summary>A class of grains: what it is called, and how one is made.</summary>
internal sealed class GrainClass
{
    private readonly Type _type;
    private readonly Func<Activation, List<IStorage>, object?>[] _parameters;
    private readonly Func<object?[], object> _construct;

    public GrainClass(Type type)
    {
        _type = type;
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        GrainType = GrainType.Create(NameOf(type));
        var constructors = type.GetConstructors();
        var constructor = constructors.Length == 1
            ? constructors[0]
            : constructors.FirstOrDefault(c => c.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
                ?? constructors.MaxBy(c => c.GetParameters().Length)
                ?? throw new InvalidOperationException($"Grain class {type} has no public constructor.");
        _parameters = [.. constructor.GetParameters().Select(Supply)];
        _construct = Compile(constructor);
    }

    public GrainType GrainType { get; }

    public bool IsReentrant { get; }

    public bool Implements(Type grainInterface) => grainInterface.IsAssignableFrom(_type);

    /// <summary>Makes a grain and the states that must be read before it activates.</summary>
    public (object Grain, List<IStorage> States) Construct(Activation activation)
    {
        var states = new List<IStorage>();
        var arguments = new object?[_parameters.Length];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = _parameters[i](activation, states);
        return (_construct(arguments), states);
    }

    public override string ToString() => $"{GrainType} ({_type})";

    private static string NameOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>() is { } named)
            return named.GrainType;
        var name = type.Name.ToLowerInvariant();
        return name.EndsWith("grain", StringComparison.Ordinal) && name.Length > 5 ? name[..^5] : name;
    }

    private static Func<Activation, List<IStorage>, object?> Supply(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is { } persistent)
        {
            if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
                throw new InvalidOperationException($"[PersistentState] stands on {parameter} of {parameter.Member}: it must be an IPersistentState<T>.");
            var stateType = typeof(PersistentState<>).MakeGenericType(type.GetGenericArguments());
            return (activation, states) =>
            {
                var state = (IStorage)Activator.CreateInstance(stateType, persistent, activation)!;
                states.Add(state);
                return state;
            };
        }

        if (type == typeof(IGrainContext))
            return static (activation, _) => activation;
        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
            return (activation, _) => activation.ActivationServices.GetRequiredKeyedService(type, keyed.Key);
        return parameter.HasDefaultValue
            ? (activation, _) => activation.ActivationServices.GetService(type) ?? parameter.DefaultValue
            : (activation, _) => activation.ActivationServices.GetRequiredService(type);
    }

    private static Func<object?[], object> Compile(ConstructorInfo constructor)
    {
        var arguments = Expression.Parameter(typeof(object?[]));
        var make = Expression.New(constructor, constructor.GetParameters().Select((parameter, i) =>
            Expression.Convert(Expression.ArrayIndex(arguments, Expression.Constant(i)), parameter.ParameterType)));
        return Expression.Lambda<Func<object?[], object>>(make, arguments).Compile();
    }
}
