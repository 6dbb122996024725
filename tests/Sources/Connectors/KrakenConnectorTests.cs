using StreamForge.Sources.Connectors;
using StreamForge.Tests.Sources.Exchange;

namespace StreamForge.Tests.Sources.Connectors;

public sealed class KrakenConnectorTests
{
    [Fact]
    public async Task Subscribes_to_every_pair_and_knows_whose_a_frame_is()
    {
        await using var venue = await Start();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue), sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        await venue.Send("""{"event":"heartbeat"}""");
        await venue.Send("""[7,[["354.1","0.8","1618678142.5","s","l",""]],"trade","XBT/USD"]""");
        await Deadline.Until(() => sink.Records.Any(r => MemorySink.TextOf(r).Contains("\"trade\",\"XBT", StringComparison.Ordinal)), "the trade");

        Assert.Contains("""{"event":"subscribe","pair":["XBT/USD","ETH/CHF"],"subscription":{"name":"book","depth":1000}}""", venue.Commands);
        Assert.Contains("""{"event":"subscribe","pair":["XBT/USD","ETH/CHF"],"subscription":{"name":"trade"}}""", venue.Commands);
        Assert.Equal("kraken:XBT-USD", MemorySink.HeaderOf(sink.Records[^1], RawHeaders.Instrument));
        Assert.Contains(sink.Records, r => MemorySink.TextOf(r) == """{"event":"heartbeat"}""" && MemorySink.HeaderOf(r, RawHeaders.Instrument) is null);
        Assert.DoesNotContain(sink.Records, r => MemorySink.TextOf(r).Contains("pong", StringComparison.Ordinal));
        Assert.Equal(["kraken:XBT-USD", "kraken:ETH-CHF"], source.Source.Connector.Instruments);
    }

    [Fact]
    public async Task A_repair_subscribes_one_pair_anew_and_ends_when_its_book_is_durable()
    {
        await using var venue = await Start();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue), sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        var outcome = await source.Source.Gateway.RequestDepthSnapshot("kraken:ETH-CHF", new("r9"), CancellationToken.None);

        Assert.True(outcome.Answered, outcome.Reason);
        Assert.Contains("""{"event":"unsubscribe","pair":["ETH/CHF"],"subscription":{"name":"book","depth":1000}}""", venue.Commands);
        var answer = Assert.Single(sink.Records, r => MemorySink.HeaderOf(r, RawHeaders.RepairId) == "r9");
        Assert.StartsWith("""[7,{"as":[["3.0",""", MemorySink.TextOf(answer));
        Assert.Equal("kraken:ETH-CHF", MemorySink.HeaderOf(answer, RawHeaders.Instrument));
        Assert.True(source.Source.Connector.Standing().Up);
    }

    [Fact]
    public async Task A_repair_without_an_answer_fails()
    {
        await using var venue = await Start();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue) with { RequestTimeout = TimeSpan.FromMilliseconds(100) }, sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        venue.Silent = true;
        var outcome = await source.Source.Gateway.RequestDepthSnapshot("kraken:ETH-CHF", new("r9"), CancellationToken.None);
        Assert.Equal((false, "no book came within 00:00:00.1000000"), (outcome.Answered, outcome.Reason));
        Assert.False((await source.Source.Gateway.RequestTrades("kraken:ETH-CHF", 1, 2, new("r9"), CancellationToken.None)).Answered);
        Assert.False((await source.Source.Gateway.RequestDepthSnapshot("kraken:X-Y", new("r9"), CancellationToken.None)).Answered);
    }

    [Fact]
    public async Task A_refused_subscription_keeps_the_source_down_and_is_named()
    {
        await using var venue = await Start();
        var script = venue.OnCommand;
        venue.OnCommand = command => script(command).Select(answer =>
            answer.Contains("ETH/CHF", StringComparison.Ordinal) && answer.Contains("subscribed", StringComparison.Ordinal)
                ? """{"event":"subscriptionStatus","pair":"ETH/CHF","status":"error","errorMessage":"Currency pair not supported","subscription":{"name":"book"}}"""
                : answer);
        var sink = new MemorySink();
        await using var source = RunningSource.Start(Options(venue), sink);
        await Deadline.Until(
            () => source.Source.Connector.Standing().Reason?.Contains("ETH/CHF", StringComparison.Ordinal) == true
                && sink.Records.Any(r => MemorySink.TextOf(r).Contains("not supported", StringComparison.Ordinal)),
            "the reason");
        Assert.False(source.Source.Connector.Standing().Up);
    }

    private static async Task<ScriptedVenue> Start()
    {
        var venue = await ScriptedVenue.Start();
        venue.OnCommand = VenueScripts.Kraken();
        return venue;
    }

    private static ConnectorOptions Options(ScriptedVenue venue) =>
        RunningSource.Quick("kraken", venue.Socket, venue.Rest, "XBT/USD", "ETH-CHF");
}
