using System.ComponentModel.DataAnnotations;
using Npgsql;
using StreamForge.Hosting.Tls;

namespace StreamForge.Hosting;

/// <summary>How processes find each other and notice that one is gone: the same for all processes of a cluster. See docs/cluster.md.</summary>
internal sealed class ClusterSettings
{
    /// <summary>The PostgreSQL schema of the engine's own tables.</summary>
    public const string Schema = "orleans";

    /// <summary>What the engine's providers know PostgreSQL's client by.</summary>
    public const string Invariant = "Npgsql";

    /// <summary>Processes of one cluster share it. Default <c>streamforge</c>.</summary>
    [Required, StringLength(150, MinimumLength = 1)]
    public string ClusterId { get; set; } = "streamforge";

    /// <summary>Stays when the cluster is replaced: reminders and grain storage are kept under it. Default <c>streamforge</c>.</summary>
    [Required, StringLength(150, MinimumLength = 1)]
    public string ServiceId { get; set; } = "streamforge";

    /// <summary>Where members are found, as Npgsql reads it. Default: that of section <c>Postgres</c>.</summary>
    [Required(AllowEmptyStrings = false)]
    public string ConnectionString { get; set; } = "";

    /// <summary>How long a silo waits for another's answer at first; adapted between half of it and <see cref="MaxProbeTimeout"/>. Default 0.5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest a probe may take. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan MaxProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Probes missed in a row until a silo is suspected. Default 3.</summary>
    [Range(1, 20)]
    public int MissedProbes { get; set; } = 3;

    /// <summary>How often each silo reads the members' table: so long an evicted silo that wakes up may serve on. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan TableRefresh { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often each silo writes that it lives. Who has not for three times as long does not hold up a start. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan AliveInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a client waits for a grain: as long a call that was in flight to a silo that died. Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:05:00")]
    public TimeSpan ClientTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a client looks which silos take clients. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan GatewayRefresh { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether grains live where they are fed. Off is for comparison: they live anywhere. Default true.</summary>
    public bool HomePlacement { get; set; } = true;

    /// <summary>TLS between the processes, with certificates on both sides. Default: plain text.</summary>
    public ClusterTlsOptions Tls { get; set; } = new();

    /// <summary>Read from the files that <see cref="Tls"/> names; none where there is to be no TLS.</summary>
    internal ClusterIdentity? Identity { get; private set; }

    /// <summary>For the engine's providers, which name their tables without a schema.</summary>
    public string ProviderConnectionString =>
        new NpgsqlConnectionStringBuilder(ConnectionString) { SearchPath = Schema, ApplicationName = "streamforge-cluster" }.ConnectionString;

    /// <summary>The section <c>Cluster</c>; what is wrong with it is noted in <paramref name="sections"/>.</summary>
    /// <param name="isSilo">Whether the process is a silo; otherwise it is a client.</param>
    public static ClusterSettings Read(SettingsSections sections, bool isSilo, TimeProvider time)
    {
        var settings = new ClusterSettings { ConnectionString = sections.Section("Postgres")["ConnectionString"] ?? "" };
        sections.Check("Cluster", settings);
        if (settings.MaxProbeTimeout < settings.ProbeTimeout)
            sections.Fail("Cluster", $"MaxProbeTimeout ({settings.MaxProbeTimeout}) must not be below ProbeTimeout ({settings.ProbeTimeout}).");
        try
        {
            _ = settings.ProviderConnectionString;
        }
        catch (ArgumentException error)
        {
            sections.Fail("Cluster", "ConnectionString cannot be read: " + error.Message);
        }
        settings.Identity = ReadIdentity(sections, settings.Tls, isSilo, time);
        return settings;
    }

    private static ClusterIdentity? ReadIdentity(SettingsSections sections, ClusterTlsOptions options, bool isSilo, TimeProvider time)
    {
        sections.CheckRanges("Cluster:Tls", options);
        var errors = options.Errors().ToList();
        // Files are looked at only where it is clear which.
        var identity = errors.Count == 0 ? ClusterIdentity.Read(options, isSilo, time, errors) : null;
        foreach (var error in errors)
            sections.Fail("Cluster:Tls", error);
        return identity;
    }
}
