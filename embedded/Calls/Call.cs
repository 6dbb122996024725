using Orleans.Runtime;
using StreamForge.Embedded.Copying;

namespace StreamForge.Embedded.Calls;

/// <summary>A call of a grain's method, from its start to its answer.</summary>
internal abstract class Call(GrainId target, GrainMethod method, object?[] arguments) : Request
{
    public GrainId Target { get; } = target;

    public GrainMethod Method { get; } = method;

    public object?[] Arguments { get; } = arguments;

    /// <summary>The node that waits for the answer.</summary>
    public Nodes.EmbeddedNode? Caller { get; init; }

    /// <summary>Timestamp of the caller's clock after which the answer is no longer waited for.</summary>
    public long Deadline { get; init; }

    public override bool AlwaysInterleaves => Method.AlwaysInterleaves;

    public override bool IsReadOnly => Method.IsReadOnly;

    public override bool KeepsAlive => true;

    public override bool IsLocal => false;

    /// <summary>The caller hears no answer any more; after the deadline, that it did not come in time.</summary>
    public abstract void LoseAnswer(TimeProvider time);

    public override string ToString() => $"{Target} {Method.Name}";
}

/// <inheritdoc/>
internal sealed class Call<TResult>(GrainId target, GrainMethod<TResult> method, object?[] arguments)
    : Call(target, method, arguments)
{
    private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;
    private bool _answerLost;

    public Task<TResult> Answer => _answer.Task;

    public override bool IsAbandoned => _answer.Task.IsCompleted;

    public override async Task Run(object grain)
    {
        var result = await method.Invoke(grain, Arguments);
        _result = Copier<TResult>.IsImmutable || method.ResultIsImmutable ? result : DeepCopy.Copy(result, new CopyContext());
    }

    public override void Succeed()
    {
        if (!_answerLost)
            _answer.TrySetResult(_result!);
    }

    public override void Fail(Exception exception)
    {
        if (!_answerLost)
            _answer.TrySetException(exception);
    }

    public override void LoseAnswer(TimeProvider time)
    {
        _answerLost = true;
        var left = TimeSpan.FromSeconds(Math.Max(0, Deadline - time.GetTimestamp()) / (double)time.TimestampFrequency);
        time.CreateTimer(
            static late => ((Call<TResult>)late!)._answer.TrySetException(new TimeoutException($"No answer came in time: {late}.")),
            this,
            left,
            Timeout.InfiniteTimeSpan);
    }
}
