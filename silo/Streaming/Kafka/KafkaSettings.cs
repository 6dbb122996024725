namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>librdkafka's settings, by client.</summary>
internal static class KafkaSettings
{
    public static Dictionary<string, string> Admin(KafkaOptions options) => Of(options, []);

    public static Dictionary<string, string> Producer(KafkaOptions options) => Of(options, new()
    {
        ["acks"] = "all",
        ["enable.idempotence"] = "true",
        // No holes: a record that cannot be appended stops the producer with all that came after it, and none is given up for
        // the time it takes. A broker that is away holds everything back; callers bound what they hand in.
        ["enable.gapless.guarantee"] = "true",
        // The hash of Kafka's Java clients: whatever appends a key, it lands in the same partition.
        ["partitioner"] = "murmur2_random",
        ["linger.ms"] = Text(options.LingerMilliseconds),
        ["compression.type"] = options.Compression,
        ["message.max.bytes"] = Text(options.MaxRecordBytes),
        ["message.timeout.ms"] = "0",
        ["request.timeout.ms"] = Milliseconds(options.RequestTimeout),
        // Bounded by us, in the order of the calls: librdkafka's own bound refuses instead of waiting.
        ["queue.buffering.max.messages"] = "0",
        ["queue.buffering.max.kbytes"] = "2147483647",
        ["dotnet.producer.delivery.report.fields"] = "none",
    });

    /// <summary>A consumer that only belongs to a group: it hears of assignments and commits, and never fetches.</summary>
    public static Dictionary<string, string> Membership(KafkaOptions options, string group) => Of(options, new()
    {
        ["group.id"] = options.Names.Group(group),
        ["partition.assignment.strategy"] = "cooperative-sticky",
        ["session.timeout.ms"] = Milliseconds(options.SessionTimeout),
        ["heartbeat.interval.ms"] = Milliseconds(options.SessionTimeout / 4),
        // The poll thread waits for nothing but a bounded revocation.
        ["max.poll.interval.ms"] = Milliseconds(options.RevokeTimeout + options.SessionTimeout + TimeSpan.FromMinutes(1)),
        ["enable.auto.commit"] = "false",
        ["enable.auto.offset.store"] = "false",
        ["auto.offset.reset"] = "latest",
        ["queued.min.messages"] = "1",
        ["queued.max.messages.kbytes"] = "1",
    });

    /// <summary>A consumer that only fetches what it is told to; it joins no group.</summary>
    public static Dictionary<string, string> Fetcher(KafkaOptions options) => Of(options, new()
    {
        ["group.id"] = options.Names.Group("streamforge-fetch"),
        ["enable.auto.commit"] = "false",
        ["enable.auto.offset.store"] = "false",
        // Out of range is the reader's to decide upon: nothing is skipped or repeated in silence.
        ["auto.offset.reset"] = "error",
        ["enable.partition.eof"] = "true",
        ["fetch.wait.max.ms"] = "100",
        ["fetch.error.backoff.ms"] = "100",
        // A full queue is our own doing and empties at once; the default of a second would be a second of standing still.
        ["fetch.queue.backoff.ms"] = "5",
        ["queued.min.messages"] = "20000",
        ["queued.max.messages.kbytes"] = Text(options.PartitionBufferBytes / 2048),
        // A pause throws away what librdkafka fetched ahead: fetching less ahead than a buffer holds keeps that small.
        ["fetch.message.max.bytes"] = Text(options.PartitionBufferBytes / 2),
        ["dotnet.consumer.consume.result.fields"] = "all",
    });

    private static Dictionary<string, string> Of(KafkaOptions options, Dictionary<string, string> settings)
    {
        settings["bootstrap.servers"] = options.BootstrapServers;
        settings["client.id"] = "streamforge";
        settings["allow.auto.create.topics"] = options.CreateTopics ? "false" : "true";
        foreach (var (name, value) in options.Client)
            settings[name] = value;
        return settings;
    }

    private static string Milliseconds(TimeSpan time) => Text((long)time.TotalMilliseconds);

    private static string Text(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
