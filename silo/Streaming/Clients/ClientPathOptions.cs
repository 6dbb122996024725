using System.ComponentModel.DataAnnotations;

namespace StreamForge.Silo.Streaming.Clients;

/// <summary>The topics and the group of the bank's path.</summary>
public sealed class ClientPathOptions
{
    /// <summary>Partitions of each of the bank's topics, so that a client's all have one number. Fixed once the topics exist. Default 6.</summary>
    [Range(1, 1024)]
    public int Partitions { get; set; } = 6;

    /// <summary>How long the bank's topics keep records. Default 14 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Consumer group of the clients. Default <c>streamforge-clients</c>.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public string ClientGroup { get; set; } = "streamforge-clients";

    /// <summary>Postings so many months older than their record are dropped; 0 for none. Default 6.</summary>
    [Range(0, 1_200)]
    public int KeepPostingMonths { get; set; } = 6;

    public TopicSpec Topic(string name) => new(name, Partitions, Retention);
}
