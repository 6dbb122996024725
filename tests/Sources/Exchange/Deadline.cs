namespace StreamForge.Tests.Sources.Exchange;

/// <summary>Every wait of a test ends.</summary>
internal static class Deadline
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    public static CancellationToken Token() => new CancellationTokenSource(_limit).Token;

    /// <summary>Waits until a condition holds, looking again whenever other work had its turn.</summary>
    public static async Task Until(Func<bool> condition, string what)
    {
        var token = Token();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            Assert.False(token.IsCancellationRequested, $"never: {what}");
            await tick.WaitForNextTickAsync();
        }
    }
}
