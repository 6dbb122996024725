using System.Globalization;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>Records that retention took before they were read: known to all that the partition feeds, and not forgotten too early.</summary>
public sealed class LossTests
{
    private static readonly EmbeddedLogOptions _smallSegments = new() { SegmentBytes = 1024 };

    [Fact]
    public async Task A_loss_is_stored_and_told_of_every_key_until_each_has_proven_that_it_misses_nothing()
    {
        await using var harness = await PumpHarness.Create(_smallSegments);
        var start = await LoseSome(harness);
        // A quiet one, of which no record comes any more.
        var asked = 0;
        harness.Grain("quiet").Past = loss => Interlocked.Increment(ref asked) > 3;
        var past = false;
        harness.Grain("a").Past = loss => Volatile.Read(ref past);
        var group = await harness.Join();
        await harness.AllDurable();
        Assert.Equal(start, harness.Grain("a").Values[100]);
        foreach (var key in new[] { "a", "quiet", "never seen" })
        {
            var told = harness.Board.Of("numbers", 0, key, "src").Loss!.Value;
            Assert.Equal((harness.LogId, 0, 100, start), (told.LogId, told.Partition, told.From, told.To));
        }

        await PumpHarness.Holds(() => Volatile.Read(ref asked) > 3, "the quiet one is asked until it is past");
        // Another owner knows it too, long after the records.
        await group.DisposeAsync();
        Assert.Equal((100, start), Range(await Row(harness)));
        await harness.Join();
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "a", "src").Loss is not null, "it is told after a restart");
        Volatile.Write(ref past, true);
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "a", "src").Loss is null, "all are past it");
        await Support.Eventually.HoldsAsync(async () => (await Row(harness)).Loss is null, TimeSpan.FromSeconds(30), "the row has forgotten it");
    }

    [Fact]
    public async Task A_running_pump_that_retention_overtakes_records_just_what_it_had_not_read()
    {
        await using var harness = await PumpHarness.Create(_smallSegments);
        (harness.Options.WindowBytes, harness.Options.ReadBytes) = (400, 100);
        harness.Options.LeaveAfter = TimeSpan.FromHours(1);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Grain("a").Before = _ =>
        {
            called.TrySetResult();
            return goOn.Task;
        };
        harness.Grain("a").Past = _ => false;
        await Append(harness, 0, 200);
        var group = await harness.Join();
        await called.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        var start = await harness.DropBelow(160);
        Assert.InRange(start, 101, 160);

        goOn.SetResult();
        await harness.AllDurable();
        var (from, to) = Range(await Row(harness));
        Assert.Equal(start, to);
        Assert.InRange(from, 1, 100);
        Assert.Equal(Enumerable.Range(0, 200).Select(n => (long)n).Where(n => n < from || n >= to), harness.Grain("a").Values);
        Assert.Equal((from, to), (Assert.Single(group.Pumps).Loss!.Value.From, group.Pumps[0].Loss!.Value.To));
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task Before_a_loss_is_stored_no_mark_moves_over_it_and_after_a_crash_it_is_noticed_again()
    {
        await using var harness = await PumpHarness.Create(_smallSegments);
        var start = await LoseSome(harness);
        harness.Grain("a").Past = _ => false;
        var failing = new FailingLosses(harness.Partitions);
        harness.Store = failing;
        var group = await harness.Join();
        await PumpHarness.Holds(() => failing.Refused > 3, "checkpoints cannot store it");
        Assert.NotNull(harness.Board.Of("numbers", 0, "a", "src").Loss);
        Assert.Single(group.Pumps).Abort();
        await group.DisposeAsync();
        Assert.Equal((100, null), ((await Row(harness)).LowWater, (await Row(harness)).Loss));
        harness.Store = null;
        await harness.Join();
        await harness.AllDurable();
        Assert.Equal((100, start), Range(await Row(harness)));
    }

    /// <summary>Found by simulation, seed 11: the partition went back again and again, and the key never went on.</summary>
    [Fact]
    public async Task A_parked_key_whose_records_retention_took_goes_on_behind_them()
    {
        await using var harness = await PumpHarness.Create(_smallSegments);
        var broken = true;
        harness.Grain("bad").Before = _ => broken ? throw new InvalidOperationException("a defect") : Task.CompletedTask;
        harness.Grain("bad").Past = _ => false;
        for (var number = 0; number < 60; number++)
        {
            await harness.Append("bad", number.ToString(CultureInfo.InvariantCulture));
            await harness.Append("good", number.ToString(CultureInfo.InvariantCulture));
        }

        var group = await harness.Join();
        await harness.AllDurable();
        var start = await harness.DropBelow(100);
        Assert.InRange(start, 1, 100);
        broken = false;
        var pump = (GrainPump)Assert.Single(group.Pumps);
        Assert.True(await group.On(pump, () => pump.Unpark("bad")));
        Assert.Equal(Enumerable.Range(0, 60).Select(n => (long)n).Where(n => 2 * n >= start), harness.Grain("bad").Values);
        Assert.Empty(await harness.Partitions.ListParked(harness.Key, CancellationToken.None));
        var told = harness.Board.Of("numbers", 0, "bad", "src").Loss!.Value;
        Assert.Equal((0, start), (told.From, told.To));
        harness.AssertBooksBalance();
    }

    /// <summary>Found by simulation, seed 95: what nobody had read of the old log was missed in silence.</summary>
    [Fact]
    public async Task A_topic_that_was_made_anew_may_have_lost_what_was_not_read_of_it()
    {
        await using var harness = await PumpHarness.Create();
        await harness.Partitions.Acquire(harness.Key with { LogId = new Guid("00000000-0000-0000-0000-0000000000bb") }, "before", CancellationToken.None);
        var past = false;
        harness.Grain("a").Past = loss => Volatile.Read(ref past);
        await Append(harness, 0, 5);
        await harness.Join();
        await harness.AllDurable();
        var told = harness.Board.Of("numbers", 0, "a", "src").Loss!.Value;
        Assert.Equal((harness.LogId, 0L, 0L), (told.LogId, told.From, told.To));
        Volatile.Write(ref past, true);
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "a", "src").Loss is null, "all are past it");
    }

    /// <summary>Found by simulation, seed 386.</summary>
    [Fact]
    public async Task What_went_of_a_new_log_before_anybody_read_it_is_lost_too()
    {
        await using var harness = await PumpHarness.Create(_smallSegments);
        await harness.Partitions.Acquire(harness.Key with { LogId = new Guid("00000000-0000-0000-0000-0000000000bb") }, "before", CancellationToken.None);
        harness.Grain("a").Past = _ => false;
        await Append(harness, 0, 200);
        var start = await harness.DropBelow(160);
        await harness.Join();
        await harness.AllDurable();
        var told = harness.Board.Of("numbers", 0, "a", "src").Loss!.Value;
        Assert.Equal((0L, start), (told.From, told.To));
    }

    [Fact]
    public async Task What_the_origin_lost_stands_in_the_derived_partition_between_before_and_after()
    {
        await using var harness = await PumpHarness.Create(_smallSegments);
        harness.Grain("a").Past = _ => false;
        await harness.Join();
        await Append(harness, 0, 100, CopiedNumbers.From);
        var copying = await harness.JoinCopying();
        await PumpHarness.Holds(() => harness.Grain("a").Values.Count == 100, "all is derived and applied");
        await PumpHarness.Holds(() => copying.Pumps is [{ StoredLowWater: 100 }], "and the origin's mark says so");
        await copying.DisposeAsync();
        await Append(harness, 100, 200, CopiedNumbers.From);
        var start = await harness.DropBelow(160, CopiedNumbers.From);
        Assert.InRange(start, 101, 160);

        copying = await harness.JoinCopying();
        await PumpHarness.Holds(() => harness.Grain("a").Values.Count == 300 - start, "the rest is applied");
        Assert.Equal(Enumerable.Range(0, 100).Concat(Enumerable.Range((int)start, 200 - (int)start)).Select(n => (long)n), harness.Grain("a").Values);
        var marker = 100L;
        await foreach (var record in harness.Read(100))
        {
            Assert.Equal(RecordSchemas.Loss, record.Header(RecordHeaders.Schema));
            marker = record.Offset;
            break;
        }

        await harness.AllDurable();
        Assert.Equal((marker, marker + 1), Range(await Row(harness)));
        Assert.Equal(marker, harness.Board.Of("numbers", 0, "a", "src").Loss!.Value.From);
        // Handed on: the origin's own partition has nothing left to do about it.
        var pump = Assert.Single(copying.Pumps);
        await PumpHarness.Holds(() => pump.StoredLowWater == 200 && pump.Loss is null, "the origin's pump has handed it on");
        Assert.All(await harness.Partitions.List("copying", CancellationToken.None), row => Assert.Null(row.Loss));
        Assert.Equal(0, harness.Counters.Totals.DeadLettered);
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task A_derived_loss_is_stored_before_the_mark_moves_over_it()
    {
        await using var harness = await PumpHarness.Create(_smallSegments);
        harness.Grain("a").Past = _ => false;
        await Append(harness, 0, 100, CopiedNumbers.From);
        var copying = await harness.JoinCopying();
        await PumpHarness.Holds(() => copying.Pumps is [{ StoredLowWater: 100 }], "all is derived");
        await copying.DisposeAsync();
        await Append(harness, 100, 200, CopiedNumbers.From);
        var start = await harness.DropBelow(160, CopiedNumbers.From);
        await harness.JoinCopying();
        var failing = new FailingLosses(harness.Partitions);
        harness.Store = failing;
        var group = await harness.Join();
        await PumpHarness.Holds(() => harness.Grain("a").Values.Count == 300 - start && failing.Refused > 3, "it cannot be stored");
        Assert.InRange((await Row(harness)).LowWater, 0, 100);
        Assert.Single(group.Pumps).Abort();
        await group.DisposeAsync();
        harness.Grain("a").LoseMemory();
        harness.Store = null;
        await harness.Join();
        await harness.AllDurable();
        Assert.NotNull((await Row(harness)).Loss);
        Assert.Equal(300 - start, harness.Grain("a").Values.Count);
    }

    /// <summary>A hundred records are durable, nobody reads, a hundred more come, and some of these go.</summary>
    /// <returns>The first offset that is left.</returns>
    private static async Task<long> LoseSome(PumpHarness harness)
    {
        var group = await harness.Join();
        await Append(harness, 0, 100);
        await harness.AllDurable();
        await group.DisposeAsync();
        await Append(harness, 100, 200);
        var start = await harness.DropBelow(160);
        Assert.InRange(start, 101, 160);
        return start;
    }

    private static async Task Append(PumpHarness harness, int from, int to, string topic = "numbers")
    {
        for (var number = from; number < to; number++)
            await harness.Append("a", number.ToString(CultureInfo.InvariantCulture), topic);
    }

    private static async Task<PartitionRow> Row(PumpHarness harness) =>
        Assert.Single(await harness.Partitions.List(PumpHarness.Group, CancellationToken.None));

    private static (long From, long To) Range(PartitionRow row) => (row.Loss!.Value.From, row.Loss.Value.To);
}
