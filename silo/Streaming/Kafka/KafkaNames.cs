using Ck = Confluent.Kafka;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>Topics and groups as they are called at the brokers: with a prefix, where several platforms share them.</summary>
/// <param name="prefix">May be empty.</param>
internal readonly struct KafkaNames(string prefix)
{
    public string Topic(string ours) => prefix + ours;

    public string Group(string ours) => prefix + ours;

    public Ck.TopicPartition ToKafka(TopicPartition partition) => new(Topic(partition.Topic), partition.Partition);

    public TopicPartition ToOurs(Ck.TopicPartition partition) => new(partition.Topic[prefix.Length..], partition.Partition.Value);
}
