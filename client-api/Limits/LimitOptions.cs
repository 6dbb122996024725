using System.ComponentModel.DataAnnotations;

namespace StreamForge.ClientApi.Limits;

/// <summary>
/// What one caller may ask of one process of the client API: a caller is the name in its token, or the address where there is no token that
/// counts. Health is never limited.
/// </summary>
public sealed class LimitOptions
{
    /// <summary>Requests a second on average; more get 429. Default 1,000: far below what a process answers; 0.01 to 1,000,000.</summary>
    [Range(0.01, 1_000_000)]
    public double RequestsPerSecond { get; set; } = 1_000;

    /// <summary>Requests that may come at once after a quiet time. Default 2,000; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int Burst { get; set; } = 2_000;

    /// <summary>Server-sent event streams open at once; more get 429. Default 100; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int Streams { get; set; } = 100;
}
