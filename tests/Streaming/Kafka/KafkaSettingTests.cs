using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Kafka;

namespace StreamForge.Tests.Streaming.Kafka;

/// <summary>librdkafka's own settings are looked at before anything starts, and what is wrong with one is a sentence.</summary>
public sealed class KafkaSettingTests
{
    [Theory]
    [InlineData("security.protocl", "SSL", "security.protocl")]
    [InlineData("security.protocol", "TLS", "security.protocol")]
    [InlineData("ssl.ca.location", "/nowhere/ca.pem", "ssl.ca.location")]
    [InlineData("ssl.certificate.location", "/nowhere/client.pem", "ssl.certificate.location")]
    [InlineData("sasl.mechanism", "NONE-SUCH", "NONE-SUCH")]
    public void What_cannot_be_is_said_at_the_start(string setting, string value, string said)
    {
        Assert.SkipWhen(!KafkaNative.IsAvailable(out var problem), problem ?? "");
        var client = new Dictionary<string, string> { ["security.protocol"] = "SASL_SSL", ["sasl.mechanism"] = "PLAIN", ["sasl.username"] = "u", ["sasl.password"] = "a secret" };
        client[setting] = value;
        var error = Assert.Throws<EventLogException>(() => Open(client));
        Assert.StartsWith("Kafka:Client: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SASL_SSL", "PLAIN")]
    [InlineData("SASL_SSL", "SCRAM-SHA-512")]
    public async Task What_brokers_with_TLS_and_passwords_want_can_be_said(string protocol, string mechanism)
    {
        Assert.SkipWhen(!KafkaNative.IsAvailable(out var problem), problem ?? "");
        await using var log = Open(new() { ["security.protocol"] = protocol, ["sasl.mechanism"] = mechanism, ["sasl.username"] = "u", ["sasl.password"] = "p" });
    }

    private static KafkaEventLog Open(Dictionary<string, string> client) => new(
        new KafkaOptions { BootstrapServers = "127.0.0.1:9", Client = client }, TimeProvider.System, NullLogger<KafkaEventLog>.Instance);
}
