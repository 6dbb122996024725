using StreamForge.Sources.Connectors;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Recordings;
using StreamForge.Tests.Sources.Exchange;

namespace StreamForge.Tests.Sources.Connectors;

/// <summary>Recordings served by the simulated exchange over a real socket and real REST, read by the connector.</summary>
public sealed class ReplayThroughConnectorTests
{
    [Fact]
    public Task Every_frame_of_the_usdm_recording_arrives_byte_for_byte_in_order() =>
        ArrivesWhole("binance-usdm", o => o with { DepthSpeed = "0ms" }, "BTCUSDT", Recorded.Usdm);

    [Fact]
    public Task Every_frame_of_the_spot_recording_arrives_byte_for_byte_in_order() =>
        ArrivesWhole("binance", o => o, "BTCUSDT", Recorded.Spot);

    private static async Task ArrivesWhole(
        string venue, Func<ConnectorOptions, ConnectorOptions> with, string symbol, params string[] files)
    {
        await using var exchange = await Recorded.StartAsync(Recorded.AtFullSpeed(files));
        var sink = new MemorySink();
        await using var source = RunningSource.Start(
            with(RunningSource.Quick(venue, exchange.WebSocketEndpoint, exchange.HttpEndpoint, symbol)), sink);
        var expected = new Recording(files).Read(new BadLines())
            .Where(line => !line.Payload.Span.StartsWith("{\"lastUpdateId"u8))
            .Select(line => line.Payload.ToArray())
            .ToList();
        await Deadline.Until(() => sink.Count > expected.Count, "all frames and the snapshot");

        var frames = sink.OfSchema(RawHeaders.SchemaFrame).ToList();
        Assert.Equal(expected.Count, frames.Count);
        for (var i = 0; i < expected.Count; i++)
            Assert.True(expected[i].AsSpan().SequenceEqual(frames[i].Value.Span), $"frame {i}");
        Assert.NotEmpty(sink.OfSchema(RawHeaders.SchemaDepthSnapshot));
        Assert.All(frames, f => Assert.Equal($"{venue}:{symbol}", MemorySink.HeaderOf(f, RawHeaders.Instrument)));
        await Deadline.Until(() => source.Source.Connector.Standing().Up, "up");
    }
}
