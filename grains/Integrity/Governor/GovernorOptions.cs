using System.ComponentModel.DataAnnotations;

namespace StreamForge.Grains.Integrity.Governor;

/// <summary>What a source can bear, and how long a permit lives.</summary>
public sealed class GovernorOptions
{
    /// <summary>Requests at once, over all processes. Default 4.</summary>
    [Range(1, 10_000)]
    public int MaxConcurrent { get; set; } = 4;

    /// <summary>Requests a second on average, over all processes. Default 10.</summary>
    [Range(0.001, 100_000)]
    public double PerSecond { get; set; } = 10;

    /// <summary>Requests that may follow each other at once after a quiet time. Default 4.</summary>
    [Range(1, 10_000)]
    public int Burst { get; set; } = 4;

    /// <summary>How soon after its grant a request must be sent. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan SendWithin { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest that a request may take. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How much longer than the request's own deadline a permit counts: the source may still be at it. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Margin { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a ticket keeps its place without being asked for again. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan TicketLife { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>From grant to the moment that a permit nobody returned stops counting.</summary>
    public TimeSpan Lease => SendWithin + RequestTimeout + Margin;
}
