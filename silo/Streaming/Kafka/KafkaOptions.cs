using System.ComponentModel.DataAnnotations;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>How the platform talks to Kafka.</summary>
public sealed record KafkaOptions
{
    /// <summary><c>host:port</c>, several separated by commas.</summary>
    [Required(AllowEmptyStrings = false)]
    public string BootstrapServers { get; init; } = "";

    /// <summary>Further librdkafka settings by their own names (<c>security.protocol</c>, <c>sasl.*</c>, <c>ssl.*</c>); they win over ours.</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>();

    /// <summary>How topics get their log id.</summary>
    public TopicIdSource TopicIds { get; init; } = TopicIdSource.Auto;

    /// <summary>Enters log ids made by name: a new value after the topics were deleted and created anew. Default: empty.</summary>
    public string Incarnation { get; init; } = "";

    /// <summary>Precedes the names of all topics and groups at the brokers, so that several platforms can share them. Default: empty.</summary>
    [RegularExpression("[a-zA-Z0-9._-]{0,100}")]
    public string Prefix { get; init; } = "";

    /// <summary>
    /// Missing topics are created by an administrative request. Where false, they are asked for, and the broker creates them with
    /// partition counts of its own or does not. Default: true.
    /// </summary>
    public bool CreateTopics { get; init; } = true;

    /// <summary>Of topics that we create; -1 (default) leaves it to the broker.</summary>
    [Range(-1, 32)]
    public int ReplicationFactor { get; init; } = -1;

    /// <summary>Largest record that is appended, key and headers included; set on topics that we create. Default: 2 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaxRecordBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Bytes on their way to brokers, over all partitions; appends beyond wait their turn. Default: 32 MiB.</summary>
    [Range(1024 * 1024, 1024 * 1024 * 1024)]
    public int ProducerBufferBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How long an append waits for company, in milliseconds. Default: 2.</summary>
    [Range(0, 1000)]
    public int LingerMilliseconds { get; init; } = 2;

    /// <summary>Of what is appended: <c>none</c> (default), <c>gzip</c>, <c>snappy</c>, <c>lz4</c>, <c>zstd</c>.</summary>
    [RegularExpression("none|gzip|snappy|lz4|zstd")]
    public string Compression { get; init; } = "none";

    /// <summary>Records read ahead of their reader, in bytes a partition; beyond it the partition pauses. Default: 4 MiB.</summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int PartitionBufferBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>After this long without a heartbeat a member is dead to its group. Default: 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long draining, flushing and committing may take when partitions are revoked. Default: 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:04:00")]
    public TimeSpan RevokeTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Of one request to a broker; appends are tried for as long as it takes. Default: 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long leaving a group and closing a producer may wait for a broker that does not answer. Default: 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often it is looked whether the topics read are still the same ones, with as many partitions. Default: 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan TopicCheckInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often committed offsets are committed again. The group subscribes to one topic on behalf of its siblings, and a broker
    /// forgets offsets of topics that a group does not subscribe to after <c>offsets.retention.minutes</c> (7 days) without a
    /// commit: this must be well below. Default: 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RecommitInterval { get; init; } = TimeSpan.FromHours(1);

    internal KafkaNames Names => new(Prefix);

    /// <summary>Checks every range.</summary>
    /// <exception cref="ValidationException">With all errors in one message.</exception>
    public KafkaOptions Validated()
    {
        var errors = new List<ValidationResult>();
        if (Validator.TryValidateObject(this, new ValidationContext(this), errors, validateAllProperties: true))
            return this;
        throw new ValidationException("Kafka options: " + string.Join(" ", errors.Select(static e => e.ErrorMessage)));
    }
}

/// <summary>Where the log id of a topic comes from.</summary>
public enum TopicIdSource
{
    /// <summary>
    /// Kafka's topic id (2.8 and later); made of the name where the broker says that it has none. A broker that does not answer
    /// is an error, never a reason for another id: that would make every stored position void.
    /// </summary>
    Auto = 0,

    /// <summary>
    /// Made of the topic's name and <see cref="KafkaOptions.Incarnation"/>, for brokers without topic ids (before 2.8;
    /// librdkafka's mock cluster). A topic that is deleted and created anew is then not recognised as another log.
    /// </summary>
    ByName = 1,
}
