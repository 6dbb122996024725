using Confluent.Kafka;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Tests.Support.Streaming;

namespace StreamForge.Tests.Support.Kafka;

/// <summary>The Kafka log for the contract suite.</summary>
public sealed class KafkaLogFixture : EventLogFixture
{
    private const string Mock = "librdkafka's mock cluster cannot do it; set KAFKA_BOOTSTRAP to run this on a real Kafka.";
    private readonly KafkaBroker _broker = new();
    private KafkaEventLog _log;

    public KafkaLogFixture() => _log = _broker.Open();

    public override IEventLog Log => _log;

    public override TimeSpan Deadline => TimeSpan.FromSeconds(60);

    public override string? WhyNoRecreation => _broker.Mock is null ? null : "Topic ids are needed to tell. " + Mock;

    protected override string Suffix => _broker.Suffix;

    public override async ValueTask Reopen()
    {
        await _log.DisposeAsync();
        _log = _broker.Open();
    }

    public override async ValueTask Recreate(TopicSpec topic)
    {
        var old = (await _log.EnsureTopic(topic, CancellationToken.None)).LogId;
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build())
            await admin.DeleteTopicsAsync([topic.Name]);
        // Deleting goes on after its answer; until it is done the old topic is still told of.
        await Eventually.HoldsAsync(
            async () => (await _log.EnsureTopic(topic, CancellationToken.None)).LogId != old, Deadline, $"{topic.Name} is another topic");
    }

    /// <summary>The mock keeps 5 MB a partition: what is appended beyond pushes the oldest out. A real Kafka is told to.</summary>
    public override async ValueTask DropBelow(Silo.Streaming.TopicPartition partition, long offset)
    {
        if (_broker.Mock is null)
        {
            using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();
            await admin.DeleteRecordsAsync([new TopicPartitionOffset(partition.Topic, partition.Partition, offset)]);
            return;
        }

        await using var producer = _log.CreateProducer();
        while ((await _log.Bounds(partition, CancellationToken.None)).Start < offset)
        {
            var filler = new NewRecord
            {
                Topic = partition.Topic,
                Partition = partition.Partition,
                Value = new byte[1_000_000],
                Timestamp = DateTimeOffset.UnixEpoch,
            };
            await producer.Append(filler, CancellationToken.None);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _broker.DisposeAsync();
    }
}
