using System.Globalization;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>What the board says of stored rows, for those who read rows and not memory.</summary>
public sealed class StoredStandingTests
{
    private static readonly DateTimeOffset _first = DateTimeOffset.UnixEpoch.AddDays(1);
    private static readonly DateTimeOffset _second = _first.AddSeconds(1);

    [Fact]
    public async Task A_watermark_holds_for_a_row_only_when_all_before_it_is_durable()
    {
        await using var harness = await PumpHarness.Create();
        var hold = false;
        harness.Grain("busy").BeforeFlush = () => Volatile.Read(ref hold) ? throw new TimeoutException("storage is away") : Task.CompletedTask;
        await harness.Join();
        await harness.Append("busy", "1");
        await harness.AppendWatermark(_first);
        await harness.AllDurable();
        Assert.Equal(_first, harness.Board.OfStored("numbers", "busy", "src").Watermark);

        Volatile.Write(ref hold, true);
        await harness.Append("busy", "2");
        await harness.AppendWatermark(_second);
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "busy", "src").Watermark == _second, "it is applied");
        Assert.Equal(_first, harness.Board.OfStored("numbers", "busy", "src").Watermark);
        // A quiet one of the same partition misses nothing.
        Assert.Equal(_second, harness.Board.OfStored("numbers", "quiet", "src").Watermark);

        Volatile.Write(ref hold, false);
        await PumpHarness.Holds(() => harness.Board.OfStored("numbers", "busy", "src").Watermark == _second, "it is durable");
    }

    [Fact]
    public async Task A_quiet_key_stands_as_the_partition_does_that_it_belongs_to()
    {
        await using var harness = await PumpHarness.Create();
        var group = await harness.Join();
        await harness.AppendWatermark(_first);
        await PumpHarness.Holds(() => harness.Board.OfStored("numbers", "quiet", "src").Watermark == _first, "it is heard");
        Assert.Null(harness.Board.OfStored("other", "quiet", "src").Watermark);
        // One of eight, of which only the first is read here.
        var wide = new FeedBoard(static _ => 8);
        wide.SignIn((GrainPump)Assert.Single(group.Pumps));
        var read = Enumerable.Range(0, 64).Count(n => wide.OfStored("numbers", $"key{n}", "src").Watermark == _first);
        Assert.InRange(read, 1, 32);
        await group.DisposeAsync();
        Assert.Null(harness.Board.OfStored("numbers", "quiet", "src").Watermark);
    }

    [Fact]
    public async Task A_watermark_holds_for_no_key_that_was_not_asked_for_since_the_link_was_down()
    {
        await using var harness = await PumpHarness.Create();
        await harness.Join();
        await harness.AppendWatermark(_first);
        await harness.AppendWatermark(_second, "unasked");
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "asked", "src") is { SourceUp: true } at && at.Watermark == _second, "it holds");
        var standing = harness.Board.Of("numbers", 0, "unasked", "src");
        Assert.Equal((_first, false), (standing.Watermark, standing.SourceUp));
        Assert.NotNull(standing.Reason);
        await harness.AppendWatermark(_second);
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "unasked", "src") is { SourceUp: true } at && at.Watermark == _second, "it was asked for");
    }

    [Fact]
    public async Task A_loss_concerns_a_row_until_its_key_has_proven_that_it_misses_nothing()
    {
        await using var harness = await PumpHarness.Create(new() { SegmentBytes = 1024 });
        var group = await harness.Join();
        for (var number = 0; number < 50; number++)
            await harness.Append("a", number.ToString(CultureInfo.InvariantCulture));
        await harness.AllDurable();
        await group.DisposeAsync();
        for (var number = 50; number < 200; number++)
            await harness.Append("a", number.ToString(CultureInfo.InvariantCulture));
        await harness.DropBelow(160);
        harness.Grain("missing").Past = _ => false;
        var past = false;
        harness.Grain("a").Past = _ => Volatile.Read(ref past);
        await harness.Join();
        await harness.AllDurable();
        Assert.True(LossOf("a") is not null && LossOf("missing") is not null);
        Volatile.Write(ref past, true);
        await PumpHarness.Holds(() => LossOf("a") is null, "it is known to be past");
        Assert.NotNull(LossOf("missing"));
        Assert.NotNull(harness.Board.Of("numbers", 0, "a", "src").Loss);

        FeedLoss? LossOf(string key) => harness.Board.OfStored("numbers", key, "src").Loss;
    }
}
