namespace StreamForge.Bench.Api;

/// <summary>What a generator of load measured.</summary>
/// <param name="Requests">Answered with 200 while it was counted.</param>
/// <param name="Seconds">How long it was counted.</param>
/// <param name="P99">Milliseconds from request to whole answer.</param>
/// <param name="BodyBytes">Of the last answer.</param>
internal sealed record LoadResult(long Requests, double Seconds, double P50, double P99, int BodyBytes);
