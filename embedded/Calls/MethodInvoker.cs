using System.Linq.Expressions;
using System.Reflection;
using StreamForge.Embedded.Copying;

namespace StreamForge.Embedded.Calls;

/// <summary>Compiles calls of grain methods, and brings their four return types to one and back.</summary>
internal static class MethodInvoker
{
    /// <summary>A function that calls <paramref name="method"/> on a grain with arguments in order.</summary>
    public static Func<object, object?[], ValueTask<TResult>> Compile<TResult>(MethodInfo method)
    {
        var grain = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        var call = Expression.Call(
            Expression.Convert(grain, method.DeclaringType!),
            method,
            method.GetParameters().Select((parameter, i) =>
                Expression.Convert(Expression.ArrayIndex(arguments, Expression.Constant(i)), parameter.ParameterType)));
        Expression body = method.ReturnType == typeof(ValueTask<TResult>)
            ? call
            : Expression.Call(
                typeof(MethodInvoker),
                nameof(ToValueTask),
                method.ReturnType.IsGenericType ? [typeof(TResult)] : [],
                call);
        return Expression.Lambda<Func<object, object?[], ValueTask<TResult>>>(body, grain, arguments).Compile();
    }

    /// <summary>Wraps the task of a call into what the method returns.</summary>
    public static Func<Task<TResult>, object> AnswerAs<TResult>(Type returns)
    {
        if (returns == typeof(ValueTask))
            return static task => new ValueTask(task);
        return returns == typeof(ValueTask<TResult>) ? static task => new ValueTask<TResult>(task) : static task => task;
    }

    private static ValueTask<T> ToValueTask<T>(Task<T> task) => new(task);

    private static async ValueTask<VoidResult> ToValueTask(Task task)
    {
        await task;
        return default;
    }

    private static async ValueTask<VoidResult> ToValueTask(ValueTask task)
    {
        await task;
        return default;
    }
}
