namespace StreamForge.Bench.Cluster;

/// <summary>What is measured of a cluster, and how often.</summary>
internal sealed record ClusterBenchOptions
{
    /// <summary>The parts by name, in the order they are measured in.</summary>
    public static readonly IReadOnlyList<string> AllParts = ["rate", "placement", "failover", "rolling"];

    public IReadOnlyList<string> Parts { get; init; } = AllParts;

    /// <summary>Silos of all parts but the rate.</summary>
    public int Silos { get; init; } = 3;

    /// <summary>The numbers of silos that the rate is measured with.</summary>
    public IReadOnlyList<int> RateSilos { get; init; } = [1, 2, 3];

    public int Partitions { get; init; } = 12;

    /// <summary>Kills and joins.</summary>
    public int Runs { get; init; } = 10;

    public int Instruments { get; init; } = 24;

    /// <summary>Events a second under which silos are killed and restarted.</summary>
    public int Load { get; init; } = 240;

    /// <summary>Events a second that are offered where the rate is measured: more than is borne.</summary>
    public int Offered { get; init; } = 8_000;

    /// <summary>Of one measurement of rate or placement. Rates are those of the last ten, as the platform itself tells.</summary>
    public double Seconds { get; init; } = 10;

    /// <summary>How long the full rate goes on before it is measured: code is compiled then.</summary>
    public double WarmUp { get; init; } = 15;

    public int Seed { get; init; } = 7;

    /// <summary>Bootstrap servers; none: mock brokers.</summary>
    public string? Kafka { get; init; }

    public string Brokers => Kafka is null ? "mock" : "kafka";

    /// <summary>About how long it takes, as watched on two shared cores.</summary>
    public TimeSpan Estimate => TimeSpan.FromSeconds(
        (Parts.Contains("rate") ? RateSilos.Count * (Seconds + 45) : 0)
        + (Parts.Contains("placement") ? 2 * (Seconds + 40) : 0)
        + (Parts.Contains("failover") ? 25 + Runs * 25 : 0)
        + (Parts.Contains("rolling") ? 25 + Silos * 18 : 0));
}
