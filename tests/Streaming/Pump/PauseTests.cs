using System.Globalization;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>What an operator's pause means to a pump: nothing new goes on, nothing is lost, and nobody is told that all is well.</summary>
public sealed class PauseTests
{
    private static readonly DateTimeOffset _first = DateTimeOffset.UnixEpoch.AddDays(1);

    [Fact]
    public async Task A_paused_partition_delivers_nothing_new_and_goes_on_where_it_stood()
    {
        await using var harness = await PumpHarness.Create();
        var group = await harness.Join();
        await AppendMany(harness, 0, 50);
        await harness.AllDurable();

        await harness.Pause();
        await PumpHarness.Holds(() => group.Pumps is [{ Pause: not null }], "the pump has heard of it");
        await AppendMany(harness, 50, 50);
        // All the time that another one takes to read them all.
        await harness.IsReadElsewhere();
        Assert.Equal(Numbers(50), harness.Grain("a").Values);
        Assert.Null(Assert.Single(group.Pumps).StallReason);

        await harness.Resume();
        await harness.AllDurable();
        Assert.Equal(Numbers(100), harness.Grain("a").Values);
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task What_was_applied_before_a_pause_becomes_durable_and_committed_during_it()
    {
        await using var harness = await PumpHarness.Create();
        harness.Options.CheckpointMin = TimeSpan.FromMilliseconds(300);
        var group = await harness.Join();
        await AppendMany(harness, 0, 20);
        await PumpHarness.Holds(() => harness.Grain("a").Values.Count == 20, "all is applied");
        await harness.Pause();
        await harness.AllDurable();
        Assert.NotNull(Assert.Single(group.Pumps).Pause);
    }

    [Fact]
    public async Task What_was_read_and_not_delivered_waits_and_a_call_that_fails_is_not_repeated()
    {
        await using var harness = await PumpHarness.Create();
        harness.Options.RunRecords = 1;
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        harness.Grain("a").Before = async _ =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                await open.Task;
                throw new TimeoutException();
            }
        };
        var group = await harness.Join();
        await AppendMany(harness, 0, 10);
        await PumpHarness.Holds(() => Volatile.Read(ref calls) == 1, "the first call is under way");
        await harness.Pause();
        await PumpHarness.Holds(() => group.Pumps is [{ Pause: not null }], "the pump has heard of it");
        open.SetResult();
        await PumpHarness.Holds(() => !((GrainPump)group.Pumps[0]).Ledger.FindLane("a")!.Delivering, "the call has ended");
        await harness.IsReadElsewhere();
        Assert.Equal(1, Volatile.Read(ref calls));

        await harness.Resume();
        await harness.AllDurable();
        Assert.Equal(Numbers(10), harness.Grain("a").Values);
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task Its_keys_say_at_once_that_nobody_vouches_for_them()
    {
        await using var harness = await PumpHarness.Create();
        await harness.Join();
        await harness.Append("a", "0");
        await harness.AppendWatermark(_first);
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "a", "src").Watermark == _first, "it is applied");
        Assert.False(harness.Board.Of("numbers", 0, "a", "src").Stalled);

        await harness.Pause();
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "a", "src").Stalled, "it says so");
        await harness.AppendWatermark(_first.AddSeconds(1));
        await harness.IsReadElsewhere();
        var standing = harness.Board.Of("numbers", 0, "a", "src");
        Assert.Equal((_first, "An operator has paused its partition."), (standing.Watermark, standing.Reason));
        Assert.True(harness.Board.OfStored("numbers", "a", "src").Stalled);

        await harness.Resume();
        await PumpHarness.Holds(() => !harness.Board.Of("numbers", 0, "a", "src").Stalled, "it goes on");
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "a", "src").Watermark == _first.AddSeconds(1), "and has caught up");
    }

    [Fact]
    public async Task Whoever_takes_the_partition_over_finds_it_paused()
    {
        await using var harness = await PumpHarness.Create();
        var first = await harness.Join();
        await AppendMany(harness, 0, 5);
        await harness.AllDurable();
        await harness.Pause();
        await AppendMany(harness, 5, 5);
        await first.DisposeAsync();

        // Another process: what it knows of pauses it has read itself.
        var second = await harness.Join(pauses: new PauseBoard(harness.PauseStore));
        await PumpHarness.Holds(() => second.Pumps is [{ Epoch: 2, Pause: not null }], "it is taken over");
        await harness.IsReadElsewhere();
        Assert.Equal(Numbers(5), harness.Grain("a").Values);
        await second.DisposeAsync();

        await harness.Resume();
        await harness.Join();
        await harness.AllDurable();
        Assert.Equal(Numbers(10), harness.Grain("a").Values);
    }

    [Fact]
    public async Task A_pump_that_goes_back_while_it_is_paused_delivers_again_after_it()
    {
        await using var harness = await PumpHarness.Create();
        harness.Options.CheckpointMin = TimeSpan.FromMilliseconds(200);
        var group = await harness.Join();
        await AppendMany(harness, 0, 20);
        await PumpHarness.Holds(() => harness.Grain("a").Values.Count == 20, "all is applied");
        await harness.Pause();
        await PumpHarness.Holds(() => group.Pumps is [{ Pause: not null }], "the pump has heard of it");
        // Its checkpoint finds less than was delivered.
        harness.Grain("a").LoseMemory();
        await PumpHarness.Holds(() => group.Pumps[0].ReadPosition < 20, "it went back");
        await harness.IsReadElsewhere();
        Assert.Empty(harness.Grain("a").Values);
        await harness.Resume();
        await harness.AllDurable();
        Assert.Equal(Numbers(20), harness.Grain("a").Values);
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task A_paused_pump_ends_at_once_though_records_wait()
    {
        await using var harness = await PumpHarness.Create();
        harness.Options.RunRecords = 1;
        harness.Options.DrainTimeout = TimeSpan.FromMinutes(5);
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Grain("a").Before = _ => open.Task;
        var group = await harness.Join();
        await AppendMany(harness, 0, 10);
        await PumpHarness.Holds(() => group.Pumps is [GrainPump { Ledger.PendingBytes: > 0, ReadPosition: 10 }], "records wait");
        await harness.Pause();
        await PumpHarness.Holds(() => group.Pumps is [{ Pause: not null }], "the pump has heard of it");
        open.SetResult();
        await group.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        await harness.Resume();
        await harness.Join();
        await harness.AllDurable();
        Assert.Equal(Numbers(10), harness.Grain("a").Values);
    }

    [Fact]
    public async Task A_paused_parser_writes_nothing_more()
    {
        await using var harness = await PumpHarness.Create();
        var copying = await harness.JoinCopying();
        await harness.Join();
        await harness.Append("a", "0", CopiedNumbers.From);
        await harness.AllDurable();
        await PumpHarness.Holds(() => harness.Grain("a").Values.Count == 1, "it is copied");
        await harness.Pause(CopiedNumbers.From);
        await PumpHarness.Holds(() => copying.Pumps is [{ Pause: not null }], "the pump has heard of it");
        await harness.Append("a", "1", CopiedNumbers.From);
        await harness.Append("a", "7");
        await PumpHarness.Holds(() => harness.Grain("a").Values.Count == 2, "what it writes to goes on");
        Assert.Equal([0, 7], harness.Grain("a").Values);
        await harness.Resume(CopiedNumbers.From);
        await PumpHarness.Holds(() => harness.Grain("a").Values is [0, 7, 1], "it goes on");
    }

    private static IEnumerable<long> Numbers(int count) => Enumerable.Range(0, count).Select(number => (long)number);

    private static async Task AppendMany(PumpHarness harness, int from, int count)
    {
        for (var number = from; number < from + count; number++)
            await harness.Append("a", number.ToString(CultureInfo.InvariantCulture));
    }
}
