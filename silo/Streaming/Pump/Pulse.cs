namespace StreamForge.Silo.Streaming.Pump;

/// <summary>Wakes whoever waits for something to change. Used from one turn; continuations stay on the waiter's scheduler.</summary>
internal sealed class Pulse
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next <see cref="Fire"/>.</summary>
    public Task Next => _next.Task;

    public void Fire()
    {
        if (_next.Task.IsCompleted)
            return;
        var fired = _next;
        _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fired.SetResult();
    }
}
