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

    public override string WhyNoRetention => "Records cannot be made to expire at will. " + Mock;

    public override string WhyNoRecreation => "Topic ids are needed to tell. " + Mock;

    protected override string Suffix => _broker.Suffix;

    public override async ValueTask Reopen()
    {
        await _log.DisposeAsync();
        _log = _broker.Open();
    }

    public override async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _broker.DisposeAsync();
    }
}
