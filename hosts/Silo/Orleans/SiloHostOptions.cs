using System.ComponentModel.DataAnnotations;

namespace StreamForge.SiloHost;

/// <summary>Where one silo is reached, and how long it may take to end.</summary>
internal sealed class SiloHostOptions
{
    /// <summary>Its name, for operators. Default: machine name and process id.</summary>
    [Required, StringLength(150, MinimumLength = 1)]
    public string Name { get; set; } = $"{Environment.MachineName}-{Environment.ProcessId}";

    /// <summary>The IP address that other processes reach it by. Default: the machine's first one that is not loopback.</summary>
    public string? Address { get; set; }

    /// <summary>Port for other silos. Default 11111.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 11111;

    /// <summary>Port for clients. Default 30000.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>Where health is asked for, as Kestrel reads it. Default <c>http://127.0.0.1:8081</c>.</summary>
    [Required, Url]
    public string HealthUrl { get; set; } = "http://127.0.0.1:8081";

    /// <summary>
    /// Orleans' dashboard at <c>/dashboard/</c> of <see cref="HealthUrl"/>, for who is on this machine only: an operator reaches it by a forwarded
    /// port. Default: none, and grain calls are not measured for it.
    /// </summary>
    public bool Dashboard { get; set; }

    /// <summary>How long draining, checkpointing and deactivation may take after SIGTERM. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StopWithin { get; set; } = TimeSpan.FromSeconds(20);
}
