namespace StreamForge.Silo.Files;

/// <summary>Lets one through at a time, in order of arrival; who waits goes on where it came from.</summary>
internal sealed class AsyncGate
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _taken;

    /// <summary>Enters; disposing the result leaves.</summary>
    public async ValueTask<IDisposable> Enter()
    {
        TaskCompletionSource? turn = null;
        lock (_lock)
        {
            if (_taken)
                _waiting.Enqueue(turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _taken = true;
        }

        if (turn is not null)
            await turn.Task;
        return new Turn(this);
    }

    private void Leave()
    {
        TaskCompletionSource? next;
        lock (_lock)
            _taken = _waiting.TryDequeue(out next);
        next?.SetResult();
    }

    private sealed class Turn(AsyncGate gate) : IDisposable
    {
        private AsyncGate? _gate = gate;

        public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Leave();
    }
}
