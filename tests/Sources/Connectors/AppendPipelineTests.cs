using StreamForge.Sources.Connectors;
using StreamForge.Tests.Sources.Exchange;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Sources.Connectors;

/// <summary>Order, completeness and bounds of appends, seen through a connector.</summary>
public sealed class AppendPipelineTests
{
    private const int Frames = 300;

    [Fact]
    public async Task Failed_appends_are_repeated_in_order_without_loss_or_double()
    {
        var random = Seeded.NewRandom();
        await using var venue = await ScriptedVenue.Start();
        venue.OnCommand = VenueScripts.Kraken();
        var sink = new OrderedFailingSink(random);
        await using var source = RunningSource.Start(RunningSource.Quick("kraken", venue.Socket, venue.Rest, "XBT/USD"), sink.Inner);
        await Deadline.Until(() => sink.Inner.Watermarks.Any(w => w.Up), "up");
        sink.Begin();
        for (var i = 0; i < Frames; i++)
            await venue.Send($"[{i},1]");
        await Deadline.Until(() => Numbers(sink.Inner).Count >= Frames, "all frames");
        Assert.Equal(Enumerable.Range(0, Frames), Numbers(sink.Inner));
        Assert.NotEqual(0, sink.Failures);
    }

    [Fact]
    public async Task A_record_that_is_refused_is_left_out_alone()
    {
        await using var venue = await ScriptedVenue.Start();
        venue.OnCommand = VenueScripts.Kraken();
        var sink = new MemorySink();
        await using var source = RunningSource.Start(RunningSource.Quick("kraken", venue.Socket, venue.Rest, "XBT/USD"), sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        sink.FailWhere(r => MemorySink.TextOf(r).StartsWith("[1,", StringComparison.Ordinal) ? new RecordRefusedException("too large") : null);
        for (var i = 0; i < 3; i++)
            await venue.Send($"[{i},1]");
        await Deadline.Until(() => Numbers(sink).Count == 2, "the two others");
        Assert.Equal([0, 2], Numbers(sink));
        var before = source.Source.Connector.Standing().Through;
        await Deadline.Until(() => source.Source.Connector.Standing().Through > before, "it goes on");
    }

    [Fact]
    public async Task Reading_pauses_while_too_much_waits_and_the_link_is_not_blamed()
    {
        await using var venue = await ScriptedVenue.Start();
        venue.OnCommand = VenueScripts.Kraken();
        var sink = new MemorySink();
        var options = RunningSource.Quick("kraken", venue.Socket, venue.Rest, "XBT/USD") with
        {
            MaxInFlightBytes = 1024,
            SilenceTimeout = TimeSpan.FromMilliseconds(200),
        };
        await using var source = RunningSource.Start(options, sink);
        await Deadline.Until(() => sink.Watermarks.Any(w => w.Up), "up");
        sink.Hold();
        for (var i = 0; i < 100; i++)
            await venue.Send($"[{i},\"{new string('x', 100)}\"]");
        var written = sink.Watermarks.Count;
        await Deadline.Until(() => sink.Watermarks.Count > written + 30, "three times the silence");
        sink.Release();
        await Deadline.Until(() => Numbers(sink).Count == 100, "all frames");
        Assert.Equal(Enumerable.Range(0, 100), Numbers(sink));
        Assert.Equal(1, venue.Connections);
    }

    private static List<int> Numbers(MemorySink sink) =>
    [
        .. sink.Records.Select(MemorySink.TextOf)
            .Where(t => t.StartsWith('[') && !t.Contains("book", StringComparison.Ordinal))
            .Select(t => int.Parse(t.AsSpan(1, t.IndexOf(',', StringComparison.Ordinal) - 1))),
    ];

    /// <summary>Fails at random, and then for all that was handed in before the failure was seen: no holes, as a sink promises.</summary>
    private sealed class OrderedFailingSink
    {
        private readonly Random _random;
        private bool _on;

        public OrderedFailingSink(Random random)
        {
            _random = random;
            Inner.FailWhere(Fail);
        }

        public MemorySink Inner { get; } = new();

        public int Failures { get; private set; }

        public void Begin() => _on = true;

        private IOException? Fail(RawRecord record)
        {
            // Appends fail at once here, so that nothing newer can have been handed in meanwhile.
            if (!_on || _random.Next(4) != 0)
                return null;
            Failures++;
            return new IOException("the log is away");
        }
    }
}
