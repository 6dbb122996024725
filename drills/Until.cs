using System.Diagnostics;

namespace StreamForge.Drills;

/// <summary>Waits on what must happen, with a deadline that fails the drill.</summary>
internal static class Until
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    /// <param name="missing">What is still missing; none once all is well.</param>
    /// <returns>How long it took.</returns>
    /// <exception cref="DrillFailedException">Something was missing to the end; it is named.</exception>
    public static async Task<TimeSpan> Nothing(Func<Task<string?>> missing, TimeSpan deadline, string what, CancellationToken cancellation = default)
    {
        var began = Stopwatch.GetTimestamp();
        while (await missing() is { } still)
        {
            if (Stopwatch.GetElapsedTime(began) > deadline)
                throw new DrillFailedException($"After {deadline.TotalSeconds} s it still does not hold that {what}: {still}");
            await Task.Delay(LookAgain, cancellation);
        }
        return Stopwatch.GetElapsedTime(began);
    }

    /// <inheritdoc cref="Nothing"/>
    public static Task<TimeSpan> Holds(Func<Task<bool>> condition, TimeSpan deadline, string what, CancellationToken cancellation = default) =>
        Nothing(async () => await condition() ? null : "it does not", deadline, what, cancellation);
}

/// <summary>What must hold did not; the message says what, and what was found instead.</summary>
internal sealed class DrillFailedException : Exception
{
    public DrillFailedException(string message)
        : base(message)
    {
    }

    public DrillFailedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
