using StreamForge.Sources.Connectors;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Sources.Exchange.Playback;
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

    [Fact]
    public async Task Every_frame_of_the_kraken_recording_arrives_byte_for_byte_in_order()
    {
        await using var exchange = await Recorded.StartAsync(Recorded.AtFullSpeed(Recorded.Kraken));
        var sink = new MemorySink();
        await using var source = RunningSource.Start(
            RunningSource.Quick("kraken", exchange.WebSocketEndpoint, exchange.HttpEndpoint, [.. exchange.Symbols]), sink);
        var expected = new Recording(Recorded.Kraken).Read(new BadLines())
            .Select(line => System.Text.Encoding.UTF8.GetString(line.Payload.Span))
            .Where(IsSubscribedData)
            .ToList();
        Assert.Equal(4_269 + 10 + 8, expected.Count);
        await Deadline.Until(() => DataOf(sink).Count >= expected.Count, "all frames");

        Assert.Equal(expected, DataOf(sink));
        Assert.All(
            sink.Records.Where(r => IsSubscribedData(MemorySink.TextOf(r))),
            r => Assert.StartsWith("kraken:", MemorySink.HeaderOf(r, RawHeaders.Instrument)));
        await Deadline.Until(() => source.Source.Connector.Standing().Up, "up");
    }

    [Fact]
    public async Task A_repair_brings_a_new_book_of_the_kraken_replay()
    {
        await using var exchange = await Recorded.StartAsync(Recorded.AtFullSpeed(Recorded.Kraken));
        var sink = new MemorySink();
        await using var source = RunningSource.Start(
            RunningSource.Quick("kraken", exchange.WebSocketEndpoint, exchange.HttpEndpoint, [.. exchange.Symbols]), sink);
        await Deadline.Until(() => exchange.Progress.State == PlaybackState.Ended, "the end");
        var outcome = await source.Source.Gateway.RequestDepthSnapshot("kraken:XMR-USD", new("r1"), CancellationToken.None);

        Assert.True(outcome.Answered, outcome.Reason);
        var book = Assert.Single(sink.Records, r => MemorySink.HeaderOf(r, RawHeaders.RepairId) == "r1");
        Assert.EndsWith("\"book-1000\",\"XMR/USD\"]", MemorySink.TextOf(book));
    }

    [Fact]
    public async Task A_disconnect_in_the_middle_is_followed_by_a_new_snapshot_and_the_newest_trade()
    {
        await using var exchange = await Recorded.StartAsync(
            Recorded.InLockStep(Recorded.Spot) with { Faults = Faulty("disconnect:at=30,stream=depth") });
        var sink = new MemorySink();
        await using var source = RunningSource.Start(
            RunningSource.Quick("binance", exchange.WebSocketEndpoint, exchange.HttpEndpoint, "BTCUSDT"), sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        await exchange.AdvanceAsync(40, "depth");
        await Deadline.Until(() => sink.OfSchema(RawHeaders.SchemaTrades).Any() && source.Source.Connector.Standing().Up, "up again");
        var before = sink.OfSchema(RawHeaders.SchemaFrame).Count();
        await exchange.AdvanceAsync(40, "depth");
        await Deadline.Until(() => sink.OfSchema(RawHeaders.SchemaFrame).Count() >= before + 40, "frames of the new link");

        Assert.Equal(2, exchange.Status().ConnectionsAccepted);
        Assert.Equal(2, sink.OfSchema(RawHeaders.SchemaDepthSnapshot).Count());
        AssertInOrder(
            new Recording([Recorded.Spot]).Read(new BadLines()).Select(line => System.Text.Encoding.UTF8.GetString(line.Payload.Span)),
            sink.OfSchema(RawHeaders.SchemaFrame).Select(MemorySink.TextOf));
    }

    [Fact]
    public async Task A_silent_exchange_is_left_and_met_again()
    {
        await using var exchange = await Recorded.StartAsync(
            Recorded.InLockStep(Recorded.Spot) with { Faults = Faulty("silence:at=30,stream=depth,duration=3600") });
        var sink = new MemorySink();
        var options = RunningSource.Quick("binance", exchange.WebSocketEndpoint, exchange.HttpEndpoint, "BTCUSDT") with
        {
            SilenceTimeout = TimeSpan.FromMilliseconds(500),
            RetryBase = TimeSpan.FromSeconds(1),
            RetryMax = TimeSpan.FromSeconds(1),
        };
        await using var source = RunningSource.Start(options, sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        await exchange.AdvanceAsync(40, "depth");
        await Deadline.Until(() => sink.Watermarks.Any(w => !w.Up), "down");
        await Deadline.Until(() => sink.Watermarks[^1].Up, "up again");

        Assert.Equal(2, exchange.Status().ConnectionsAccepted);
        var throughs = sink.Watermarks.Select(w => w.Through).ToList();
        Assert.Equal(throughs.Order(), throughs);
    }

    private static FaultPlan Faulty(string rule) => new() { Rules = [FaultRule.Parse(rule)] };

    private static List<string> DataOf(MemorySink sink) =>
        [.. sink.Records.Select(MemorySink.TextOf).Where(IsSubscribedData)];

    private static bool IsSubscribedData(string frame) =>
        frame.StartsWith('[')
        && (frame.Contains(",\"book-1000\",", StringComparison.Ordinal) || frame.Contains(",\"trade\",", StringComparison.Ordinal));

    /// <summary>Everything of the part stands in the whole, in the same order.</summary>
    private static void AssertInOrder(IEnumerable<string> whole, IEnumerable<string> part)
    {
        using var rest = whole.GetEnumerator();
        foreach (var item in part)
        {
            while (rest.MoveNext() && rest.Current != item)
            {
                // Lost while the link was down.
            }
            Assert.Equal(item, rest.Current);
        }
    }

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
