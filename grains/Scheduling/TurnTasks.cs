namespace StreamForge.Grains.Scheduling;

/// <summary>Waiting for the first or the last of several things without leaving the turn's scheduler.</summary>
/// <remarks>
/// A <see cref="TaskCompletionSource"/> that runs its continuations asynchronously hands combinators (<c>WhenAny</c>,
/// <c>WhenAll</c>, <c>WaitAsync</c>) to the thread pool; a plain <c>await</c> it hands to the scheduler of whoever awaits. So a
/// combinator that may meet such a task gets it by way of an await.
/// </remarks>
public static class TurnTasks
{
    /// <summary>The task, ending on the scheduler of the caller.</summary>
    public static async Task OnThisTurn(this Task task) => await task;

    /// <inheritdoc cref="OnThisTurn(Task)"/>
    public static async Task<T> OnThisTurn<T>(this ValueTask<T> task) => await task;
}
