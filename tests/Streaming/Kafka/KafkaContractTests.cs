using StreamForge.Tests.Support.Kafka;
using StreamForge.Tests.Support.Streaming;

namespace StreamForge.Tests.Streaming.Kafka;

/// <summary>The contract of the event log, over Kafka's protocol.</summary>
public sealed class KafkaContractTests : EventLogContract
{
    protected override ValueTask<EventLogFixture> CreateFixture() => new(new KafkaLogFixture());
}
