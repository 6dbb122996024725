namespace StreamForge.Drills.Rigs;

/// <summary>The size of a cluster and of its market.</summary>
internal sealed record ClusterRigOptions
{
    public int Silos { get; init; } = 3;

    public int Partitions { get; init; } = 6;

    public int Instruments { get; init; } = 24;

    /// <summary>Events a second, over all instruments.</summary>
    public int Rate { get; init; } = 240;

    /// <summary>Of the generated market.</summary>
    public int Seed { get; init; } = 7;

    /// <summary>Bootstrap servers; none: mock brokers. Names there have a prefix of their own.</summary>
    public string? Kafka { get; init; } = Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP") is { Length: > 0 } named ? named : null;

    /// <summary>What its processes write goes there; it must exist.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder goes with the cluster.</summary>
    public bool RemovesFolder { get; init; }

    /// <summary>The market stands still until it is told to go on: a cluster is to be up before it gets more than it bears.</summary>
    public bool Held { get; init; }

    /// <summary>Settings of all processes, as variables of the environment.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
