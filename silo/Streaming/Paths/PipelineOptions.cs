using System.ComponentModel.DataAnnotations;

namespace StreamForge.Silo.Streaming.Paths;

/// <summary>The topics and groups of the market's path, and what all paths share.</summary>
public sealed class PipelineOptions
{
    /// <summary>Partitions of each of the market topics. Fixed once the topics exist. Default 4.</summary>
    [Range(1, 1024)]
    public int Partitions { get; set; } = 4;

    /// <summary>How long the market topics keep records. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long dead letters are kept. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan DeadLetterRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Consumer group of the parser. Default <c>streamforge-parser</c>.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public string ParserGroup { get; set; } = "streamforge-parser";

    /// <summary>Consumer group of the instruments. Default <c>streamforge-instruments</c>.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public string InstrumentGroup { get; set; } = "streamforge-instruments";

    /// <summary>Consumer group that indexes the dead letters. Default <c>streamforge-dead-letters</c>.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public string DeadLetterGroup { get; set; } = "streamforge-dead-letters";

    /// <summary>Who owns partitions, for operators. Default: machine name and process id.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public string Owner { get; set; } = $"{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>Records behind the end of the log up to which a partition counts as caught up. Default 10,000.</summary>
    [Range(0, long.MaxValue)]
    public long ReadyLag { get; set; } = 10_000;

    public TopicSpec Topic(string name) => new(name, Partitions, Retention);

    public TopicSpec DeadLetters => new(Contracts.Streams.Topics.DeadLetters, Partitions, DeadLetterRetention);
}
