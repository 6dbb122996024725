namespace StreamForge.Bench.Ingest;

/// <summary>What <c>bench ingest</c> measures.</summary>
internal sealed record IngestBenchOptions
{
    public int Instruments { get; init; } = 500;

    public int Partitions { get; init; } = 16;

    /// <summary>Events that lie in the log before the ceiling and the pumps read them.</summary>
    public int Events { get; init; } = 2_000_000;

    /// <summary>How long each run at a fixed rate takes, seconds.</summary>
    public double Seconds { get; init; } = 6;

    public int Seed { get; init; } = 1;

    /// <summary>Instruments that clients follow while latency is measured.</summary>
    public int Followed { get; init; } = 20;

    /// <summary>Only the run at full speed, without latency and catch-up: a fast look while something is being made faster.</summary>
    public bool RateOnly { get; init; }

    public string? Kafka { get; init; }

    public string? Postgres { get; init; }
}
