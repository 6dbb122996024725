using System.Collections.Concurrent;
using System.Reflection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using StreamForge.Embedded.Copying;
using StreamForge.Embedded.Nodes;

namespace StreamForge.Embedded.Calls;

/// <summary>A method of a grain interface, ready to be called.</summary>
internal abstract class GrainMethod
{
    private static readonly ConcurrentDictionary<MethodInfo, GrainMethod> Known = new();

    private readonly Func<object?, CopyContext, object?>?[] _copiers;
    private readonly bool _copies;

    protected GrainMethod(MethodInfo method)
    {
        Name = $"{method.DeclaringType!.Name}.{method.Name}";
        AlwaysInterleaves = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        IsReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        ResultIsImmutable = method.ReturnParameter.IsDefined(typeof(ImmutableAttribute), inherit: false);
        _copiers = [.. method.GetParameters().Select(p =>
            p.IsDefined(typeof(ImmutableAttribute), inherit: false) ? null : DeepCopy.ForDeclared(p.ParameterType))];
        _copies = _copiers.Any(c => c is not null);
    }

    public string Name { get; }

    public bool AlwaysInterleaves { get; }

    public bool IsReadOnly { get; }

    public bool ResultIsImmutable { get; }

    /// <exception cref="NotSupportedException">The method returns something else than a task or value task.</exception>
    public static GrainMethod Of(MethodInfo method) =>
        Known.TryGetValue(method, out var known) ? known : Known.GetOrAdd(method, Create);

    /// <summary>Makes a call; the arguments are copied now.</summary>
    /// <returns>The call, and what the method returns to the caller.</returns>
    public abstract (Call Call, object Answer) CreateCall(
        GrainId target, object?[] arguments, EmbeddedNode caller, long deadline);

    protected object?[] Copy(object?[] arguments)
    {
        if (!_copies)
            return arguments;
        var context = new CopyContext();
        for (var i = 0; i < arguments.Length; i++)
            if (_copiers[i] is { } copy)
                arguments[i] = copy(arguments[i], context);
        return arguments;
    }

    private static GrainMethod Create(MethodInfo method)
    {
        var returns = method.ReturnType;
        var generic = returns.IsGenericType ? returns.GetGenericTypeDefinition() : null;
        if (method.ContainsGenericParameters
            || (returns != typeof(Task) && returns != typeof(ValueTask) && generic != typeof(Task<>) && generic != typeof(ValueTask<>)))
            throw new NotSupportedException(
                $"{method.DeclaringType}.{method.Name}: grain methods return Task, Task<T>, ValueTask or ValueTask<T> and are not generic.");
        var result = generic is null ? typeof(VoidResult) : returns.GetGenericArguments()[0];
        return (GrainMethod)Activator.CreateInstance(typeof(GrainMethod<>).MakeGenericType(result), method)!;
    }
}

/// <inheritdoc/>
internal sealed class GrainMethod<TResult>(MethodInfo method) : GrainMethod(method)
{
    private readonly Func<Task<TResult>, object> _toAnswer = MethodInvoker.AnswerAs<TResult>(method.ReturnType);

    public Func<object, object?[], ValueTask<TResult>> Invoke { get; } = MethodInvoker.Compile<TResult>(method);

    public override (Call Call, object Answer) CreateCall(
        GrainId target, object?[] arguments, EmbeddedNode caller, long deadline)
    {
        var call = new Call<TResult>(target, this, Copy(arguments)) { Caller = caller, Deadline = deadline };
        return (call, _toAnswer(call.Answer));
    }
}
