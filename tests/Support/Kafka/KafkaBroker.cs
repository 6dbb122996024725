using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Development;
using StreamForge.Silo.Streaming.Kafka;

namespace StreamForge.Tests.Support.Kafka;

/// <summary>
/// A Kafka to test against: the one at the environment variable <c>KAFKA_BOOTSTRAP</c>, or else a mock cluster of its own. Skips the
/// test where there is no native library.
/// </summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    private readonly MockCluster? _mock;

    public KafkaBroker(int brokers = 1)
    {
        var native = KafkaNative.IsAvailable(out var problem);
        Assert.SkipUnless(native, problem);
        BootstrapServers = Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP") ?? "";
        if (BootstrapServers.Length == 0)
            BootstrapServers = (_mock = new MockCluster(brokers)).BootstrapServers;
    }

    public string BootstrapServers { get; }

    /// <summary>The mock; null where a real Kafka is tested against.</summary>
    public MockCluster? Mock => _mock;

    /// <summary>Set apart from others on a shared broker.</summary>
    public string Suffix { get; } = Guid.NewGuid().ToString("N")[..8];

    /// <summary>Options that fit what this is.</summary>
    public KafkaOptions Options => new()
    {
        BootstrapServers = BootstrapServers,
        TopicIds = _mock is null ? TopicIdSource.Auto : TopicIdSource.ByName,
        CreateTopics = _mock is null,
        SessionTimeout = TimeSpan.FromSeconds(6),
        RevokeTimeout = TimeSpan.FromSeconds(5),
    };

    public KafkaEventLog Open(KafkaOptions? options = null) =>
        new(options ?? Options, TimeProvider.System, NullLogger<KafkaEventLog>.Instance);

    public ValueTask DisposeAsync()
    {
        _mock?.Dispose();
        return ValueTask.CompletedTask;
    }
}
