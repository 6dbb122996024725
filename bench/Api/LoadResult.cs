namespace StreamForge.Bench.Api;

/// <summary>What a generator of load measured.</summary>
/// <param name="Requests">Answered with 200 while it was counted.</param>
/// <param name="Seconds">How long it was counted.</param>
/// <param name="P99">Milliseconds from request to whole answer.</param>
/// <param name="BodyBytes">Of the last answer.</param>
internal sealed record LoadResult(long Requests, double Seconds, double P50, double P99, int BodyBytes)
{
    /// <summary>Requests a second of all rounds.</summary>
    public static double Rate(IReadOnlyList<LoadResult> rounds) => rounds.Sum(static r => r.Requests) / rounds.Sum(static r => r.Seconds);

    /// <summary>The round in the middle, by one figure.</summary>
    public static double Median(IReadOnlyList<LoadResult> rounds, Func<LoadResult, double> figure) =>
        rounds.Select(figure).Order().ElementAt(rounds.Count / 2);
}
