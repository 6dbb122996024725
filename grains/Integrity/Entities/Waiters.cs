namespace StreamForge.Grains.Integrity.Entities;

/// <summary>Calls that wait for something to change. Used from within turns of one grain only.</summary>
internal sealed class Waiters(TimeProvider clock)
{
    private readonly List<TaskCompletionSource> _waiting = [];

    public int Count => _waiting.Count;

    /// <summary>Ends at the next <see cref="Wake"/>, or after <paramref name="wait"/>.</summary>
    public async Task Wait(TimeSpan wait)
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add(waiting);
        await using var timer = clock.CreateTimer(
            static state => ((TaskCompletionSource)state!).TrySetResult(), waiting, wait, Timeout.InfiniteTimeSpan);
        await waiting.Task;
        _waiting.Remove(waiting);
    }

    public void Wake()
    {
        if (_waiting.Count == 0)
            return;
        foreach (var waiting in _waiting)
            waiting.TrySetResult();
        _waiting.Clear();
    }
}
