using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>The event log on Kafka.</summary>
public sealed class KafkaEventLog : IEventLog
{
    private const int ReadBatchBytes = 1024 * 1024;
    private readonly KafkaOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly KafkaLink _link;
    private readonly KafkaTopics _topics;

    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">Options out of range.</exception>
    /// <exception cref="EventLogException">The native library is missing, or does not take the settings: an unknown one, a file of certificates that cannot be read.</exception>
    public KafkaEventLog(KafkaOptions options, TimeProvider time, ILogger<KafkaEventLog> logger)
    {
        _options = options.Validated();
        KafkaNative.Require();
        _time = time;
        _logger = logger;
        _link = new KafkaLink(options, time, logger);
        try
        {
            _topics = new KafkaTopics(options, _link, time, logger);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or Confluent.Kafka.KafkaException)
        {
            throw new EventLogException($"Kafka:Client: {error.Message}", error);
        }
    }

    public ValueTask<TopicInfo> EnsureTopic(TopicSpec spec, CancellationToken cancellation) => _topics.Ensure(spec, cancellation);

    public ValueTask<OffsetBounds> Bounds(TopicPartition partition, CancellationToken cancellation) =>
        _topics.Bounds(partition, cancellation);

    public IEventProducer CreateProducer() => new KafkaProducer(_options, _link, _time, _logger);

    public async ValueTask<IGroupMember> Join(
        string group, IReadOnlyList<string> topics, IAssignmentHandler handler, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        if (topics.Count == 0)
            throw new ArgumentException("A member reads at least one topic.", nameof(topics));
        var found = new List<TopicInfo>(topics.Count);
        foreach (var topic in topics)
        {
            found.Add(await _topics.Describe(topic, cancellation));
            if (found[^1].Partitions != found[0].Partitions)
                throw new TopicMismatchException(topic, found[0].Partitions, found[^1].Partitions);
        }

        return new KafkaGroupMember(group, found, handler, _topics, _options, _link, _time, _logger);
    }

    public async IAsyncEnumerable<LogRecord> Read(
        TopicPartition partition, long from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var bounds = await _topics.Bounds(partition, cancellation);
        if (from < bounds.Start)
            throw new OffsetOutOfRangeException(partition, from, bounds);
        if (from >= bounds.End)
            yield break;
        await using var fetcher = new KafkaFetcher(_options, _link);
        var reader = new KafkaReader(partition, fetcher, _topics, _options.PartitionBufferBytes);
        reader.Seek(from);
        while (await reader.Read(ReadBatchBytes, bounds.End, cancellation) is { } batch)
        {
            foreach (var record in batch.Records)
            {
                if (record.Offset >= bounds.End)
                    yield break;
                yield return record;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _topics.Dispose();
        return ValueTask.CompletedTask;
    }
}
