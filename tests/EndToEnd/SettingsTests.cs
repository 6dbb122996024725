using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Access;
using StreamForge.Grains.Integrity.Governor;
using StreamForge.Hosting;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Sources.Connectors;
using StreamForge.Standalone.Commands;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Tests.EndToEnd;

/// <summary>What <c>appsettings.json</c> and the environment say reaches the parts, or is refused in one message.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void Without_any_the_defaults_hold()
    {
        var settings = Read();
        Assert.Equal(new PumpOptions().WindowBytes, settings.Pump.WindowBytes);
        Assert.Equal("broker:9092", settings.Kafka("broker:9092").BootstrapServers);
        Assert.Equal(new ConnectorOptions { Venue = "kraken", Symbols = ["XBT/USD"] }.PingInterval,
            settings.Connector(new ConnectorOptions { Venue = "kraken", Symbols = ["XBT/USD"] }).PingInterval);
    }

    [Fact]
    public void Sections_reach_the_options_of_their_parts()
    {
        var settings = Read(
            ("Pump:WindowBytes", "1048576"), ("Log:RetentionInterval", "00:05:00"), ("Kafka:Client:security.protocol", "SSL"),
            ("Kafka:TopicIds", "ByName"), ("Connector:RestBase", "http://127.0.0.1:9/"), ("Governor:MaxConcurrent", "2"));
        Assert.Equal(1048576, settings.Pump.WindowBytes);
        Assert.Equal(TimeSpan.FromMinutes(5), settings.Log.RetentionInterval);
        var kafka = settings.Kafka("broker:9092");
        Assert.Equal("SSL", kafka.Client["security.protocol"]);
        Assert.Equal("broker:9092", kafka.BootstrapServers);
        var connector = settings.Connector(new ConnectorOptions { Venue = "binance", Symbols = ["BTCUSDT"] });
        Assert.Equal(new Uri("http://127.0.0.1:9/"), connector.RestBase);
        Assert.Equal(["BTCUSDT"], connector.Symbols);

        var services = new ServiceCollection();
        settings.Register(services);
        using var provider = services.BuildServiceProvider();
        Assert.Equal(1048576, provider.GetRequiredService<IOptions<PumpOptions>>().Value.WindowBytes);
        Assert.Equal(2, provider.GetRequiredService<IOptionsMonitor<GovernorOptions>>().Get("binance").MaxConcurrent);
    }

    [Fact]
    public void All_that_is_wrong_is_said_in_one_message()
    {
        var error = Assert.Throws<StartupException>(() => Read(
            ("Pump:WindowBytes", "1"), ("Market:HeldEvents", "many"), ("Market:DepthRepair:Deadline", "00:00:00"),
            ("Kafka:Compresion", "gzip"), ("Pumps:WindowBytes", "65536")));
        Assert.Contains("WindowBytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("StreamForge:Market:HeldEvents", error.Message, StringComparison.Ordinal);
        Assert.Contains("Compresion", error.Message, StringComparison.Ordinal);
        Assert.Contains("StreamForge:Pumps is no section", error.Message, StringComparison.Ordinal);
    }

    private static PlatformSettings Read(params (string Key, string Value)[] values) =>
        new(new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create("StreamForge:" + pair.Key, (string?)pair.Value)))
            .Build(), new AccessPlace(Development: true, Loopback: true));
}
