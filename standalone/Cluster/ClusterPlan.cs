using StreamForge.ClientApi.Access.Development;
using StreamForge.Standalone.Commands;

namespace StreamForge.Standalone.Cluster;

/// <summary>What <c>cluster</c> was asked for.</summary>
internal sealed record ClusterPlan
{
    /// <summary>Silos to start.</summary>
    public required int Silos { get; init; }

    /// <summary>Port of the client API.</summary>
    public required int Port { get; init; }

    public required bool Headless { get; init; }

    /// <summary>Bootstrap servers; none: a mock of our own.</summary>
    public string? Kafka { get; init; }

    /// <summary>Precedes all names at a Kafka that was named, so that several clusters can share it.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Settings beside those that follow from the rest, as variables of the environment.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Connection string; none: a private server.</summary>
    public string? Postgres { get; init; }

    /// <summary>Of the market topics.</summary>
    public required int Partitions { get; init; }

    /// <summary>What the connector connects to; its folder is where logs go, too.</summary>
    public required UpOptions Market { get; init; }

    /// <summary>The key of the tokens for this machine; none outside Development.</summary>
    public DevelopmentKey? Development { get; init; }

    public string LogFolder => Path.Combine(Market.DataFolder, "logs");
}
