using StreamForge.Grains.State;
using StreamForge.Silo.Storage;

namespace StreamForge.Tests.EndToEnd.Support;

/// <summary>A store whose writes of one kind stand still while the gate is closed: slower than any slow disk.</summary>
internal sealed class GatedStateStore(IStateStore inner, string held) : IStateStore
{
    private volatile TaskCompletionSource? _closed;
    private int _held;

    /// <summary>Writes that stand at the gate now.</summary>
    public int Held => Volatile.Read(ref _held);

    public void Close() => _closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open()
    {
        _closed?.TrySetResult();
        _closed = null;
    }

    public ValueTask<StateRow?> Read(StateKey key, CancellationToken cancellation) => inner.Read(key, cancellation);

    public async ValueTask<WriteOutcome> Write(StateWrite write, CancellationToken cancellation)
    {
        if (_closed is { } gate && write.Key.Kind == held)
        {
            Interlocked.Increment(ref _held);
            try
            {
                await gate.Task.WaitAsync(cancellation);
            }
            finally
            {
                Interlocked.Decrement(ref _held);
            }
        }
        return await inner.Write(write, cancellation);
    }

    public ValueTask<WriteOutcome> Delete(StateKey key, string expectedETag, CancellationToken cancellation) =>
        inner.Delete(key, expectedETag, cancellation);

    public ValueTask<IReadOnlyList<StateEntry>> Query(StateQuery query, CancellationToken cancellation) => inner.Query(query, cancellation);

    public ValueTask<string?> CurrentETag(string kind, string id, CancellationToken cancellation) => inner.CurrentETag(kind, id, cancellation);

    /// <summary>The platform closes the store that it opened.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
