namespace StreamForge.Drills.Chaos;

/// <summary>How long things last.</summary>
internal static class Chance
{
    /// <param name="most">Seconds.</param>
    public static Task Pause(Random random, double most, CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * most), cancellation);
}
