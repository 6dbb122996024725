namespace StreamForge.Tests.Support;

/// <summary>Waits on what must happen, with a deadline that fails the test.</summary>
public static class Eventually
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns once the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within <paramref name="deadline"/>.</exception>
    public static async Task Holds(Func<bool> condition, TimeSpan deadline, string what)
    {
        using var late = new CancellationTokenSource(deadline, TimeProvider.System);
        while (!condition())
        {
            if (late.IsCancellationRequested)
                throw new TimeoutException($"After {deadline.TotalSeconds} s it still does not hold: {what}.");
            await Task.Delay(LookAgain, TimeProvider.System);
        }
    }

    /// <summary>Returns once the asynchronous condition holds.</summary>
    /// <param name="lookAgain">The time between two looks, where a condition compares them; 10 ms as a rule.</param>
    public static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan deadline, string what, TimeSpan? lookAgain = null)
    {
        using var late = new CancellationTokenSource(deadline, TimeProvider.System);
        while (!await condition())
        {
            if (late.IsCancellationRequested)
                throw new TimeoutException($"After {deadline.TotalSeconds} s it still does not hold: {what}.");
            await Task.Delay(lookAgain ?? LookAgain, TimeProvider.System);
        }
    }
}
