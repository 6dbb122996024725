namespace StreamForge.ClientApi.Caching;

/// <summary>
/// Shares reads of one thing among callers: at most one is in flight, and who comes during it gets the next one. So an
/// answer is never older than its request, and a thousand callers at once cost two reads.
/// </summary>
/// <param name="read">Reads; may fail, and then fails for all who share it.</param>
internal sealed class SharedRead<T>(Func<Task<T>> read)
{
    private readonly Lock _gate = new();
    private bool _inFlight;
    private TaskCompletionSource<T>? _waiting;

    /// <summary>A read that starts now or later.</summary>
    public Task<T> Read()
    {
        TaskCompletionSource<T> own;
        lock (_gate)
        {
            if (_inFlight)
                return (_waiting ??= NewSource()).Task;
            _inFlight = true;
            own = NewSource();
        }
        _ = Run(own);
        return own.Task;
    }

    // Continuations run each on its own: inline, all callers of a busy read would be answered by one thread.
    private static TaskCompletionSource<T> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task Run(TaskCompletionSource<T>? source)
    {
        while (source is not null)
        {
            try
            {
                source.SetResult(await read());
            }
            catch (Exception exception)
            {
                source.SetException(exception);
            }
            lock (_gate)
            {
                source = _waiting;
                _waiting = null;
                _inFlight = source is not null;
            }
        }
    }
}
