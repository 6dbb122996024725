using System.Reflection;

namespace Orleans.Runtime;

/// <summary>Carries calls of one interface to one grain, wherever it lives.</summary>
public class GrainReference : DispatchProxy, IAddressable, IEquatable<GrainReference>
{
    private ICallDispatcher? _dispatcher;

    public GrainId GrainId { get; private set; }

    /// <summary>The same grain under another of its interfaces.</summary>
    public TGrainInterface Cast<TGrainInterface>()
        where TGrainInterface : IAddressable =>
        this is TGrainInterface same ? same : Create<TGrainInterface>(GrainId, _dispatcher!);

    public bool Equals(GrainReference? other) => other is not null && GrainId == other.GrainId;

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => $"GrainReference:{GrainId}";

    internal static TGrainInterface Create<TGrainInterface>(GrainId id, ICallDispatcher dispatcher)
        where TGrainInterface : IAddressable =>
        (TGrainInterface)Bind(DispatchProxy.Create<TGrainInterface, GrainReference>()!, id, dispatcher);

    internal static object Create(Type grainInterface, GrainId id, ICallDispatcher dispatcher) =>
        Bind(DispatchProxy.Create(grainInterface, typeof(GrainReference)), id, dispatcher);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _dispatcher!.Dispatch(GrainId, targetMethod!, args ?? []);

    private static object Bind(object proxy, GrainId id, ICallDispatcher dispatcher)
    {
        var reference = (GrainReference)proxy;
        reference.GrainId = id;
        reference._dispatcher = dispatcher;
        return proxy;
    }
}

/// <summary>Takes a call from a reference and answers with what the method returns: a task or value task.</summary>
internal interface ICallDispatcher
{
    object Dispatch(GrainId target, MethodInfo method, object?[] arguments);
}
