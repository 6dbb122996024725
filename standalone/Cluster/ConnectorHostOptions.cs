using System.ComponentModel.DataAnnotations;

namespace StreamForge.Standalone.Cluster;

/// <summary>What a connector that is a process of its own may be told beside what it connects to. Section <c>ConnectorHost</c>.</summary>
internal sealed class ConnectorHostOptions
{
    /// <summary>Where its health and its metrics are asked for, as Kestrel reads it. Default: nowhere.</summary>
    [Url]
    public string? HealthUrl { get; set; }
}
