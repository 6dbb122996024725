using System.Globalization;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>The laws as the pump keeps them: nothing lost, nothing twice, nothing stops a partition, one writer.</summary>
public class GrainPumpTests
{
    [Fact]
    public async Task Every_record_reaches_its_grain_once_in_order_and_becomes_durable()
    {
        await using var harness = await PumpHarness.Create();
        await harness.Join();
        await AppendMany(harness, ["a", "b", "c"], 300);
        await harness.AllDurable();
        foreach (var key in new[] { "a", "b", "c" })
            Assert.Equal(Numbers(300), harness.Grain(key).Values);
        Assert.Equal(900, harness.Counters.Totals.Applied);
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task What_cannot_be_decoded_or_breaks_a_rule_is_a_dead_letter_and_the_rest_goes_on()
    {
        await using var harness = await PumpHarness.Create();
        harness.Grain("a").Refuses = value => value == 2;
        await harness.Append("a", "1");
        await harness.Append("a", "garbage");
        await harness.Append("a", "2");
        await harness.Append("a", "3");
        await harness.Append(null, "4");
        await harness.Append("b", "5");
        await harness.Join();
        await harness.AllDurable();
        Assert.Equal([1, 3], harness.Grain("a").Values);
        Assert.Equal([5], harness.Grain("b").Values);
        var letters = await harness.DeadLettered();
        Assert.Equal(
            ["not a number", "the record has no key, or one that is not UTF-8 text", "the rule says no"],
            letters.Select(letter => letter.Header("dead-reason")).Order(StringComparer.Ordinal));
        Assert.All(letters, letter => Assert.Equal("numbers", letter.Header("dead-topic")));
        Assert.Equal(3, harness.Counters.Totals.DeadLettered);
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task A_grain_that_fails_for_good_is_parked_and_others_pass_until_it_is_unparked()
    {
        await using var harness = await PumpHarness.Create();
        var broken = true;
        harness.Grain("bad").Before = batch => broken && batch.Records.Any(record => record.Event is Numbered { Value: 1 })
            ? throw new InvalidOperationException("a defect")
            : Task.CompletedTask;
        await AppendMany(harness, ["bad", "good"], 5);
        var group = await harness.Join();
        await harness.AllDurable();
        Assert.Equal(Numbers(5), harness.Grain("good").Values);
        Assert.Equal([0], harness.Grain("bad").Values);
        var row = Assert.Single(await harness.Partitions.ListParked(harness.Key, CancellationToken.None));
        Assert.Equal(("bad", 2, "a defect"), (row.Key, row.FromOffset, row.Reason));
        Assert.True(harness.Board.Of("numbers", 0, "bad", "src").Parked);
        Assert.False(harness.Board.Of("numbers", 0, "good", "src").Parked);

        broken = false;
        var pump = (GrainPump)Assert.Single(group.Pumps);
        Assert.True(await group.On(pump, () => pump.Unpark("bad")));
        Assert.Equal(Numbers(5), harness.Grain("bad").Values);
        Assert.Empty(await harness.Partitions.ListParked(harness.Key, CancellationToken.None));
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task A_key_that_never_rests_is_unparked_all_the_same()
    {
        await using var harness = await PumpHarness.Create();
        var broken = true;
        harness.Grain("busy").Before = _ => broken ? throw new InvalidOperationException("a defect") : Task.CompletedTask;
        await AppendMany(harness, ["busy"], 10);
        var group = await harness.Join();
        await harness.AllDurable();
        using var enough = new CancellationTokenSource();
        var appended = 10;
        var traffic = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
                await harness.Append("busy", (appended++).ToString(CultureInfo.InvariantCulture));
        });
        broken = false;
        var pump = (GrainPump)Assert.Single(group.Pumps);
        Assert.True(await group.On(pump, () => pump.Unpark("busy")).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.False(traffic.IsCompleted);
        Assert.Empty(await harness.Partitions.ListParked(harness.Key, CancellationToken.None));
        await enough.CancelAsync();
        await traffic;
        await harness.AllDurable();
        Assert.Equal(Numbers(appended), harness.Grain("busy").Values);
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task A_key_that_fails_again_while_it_is_unparked_stays_parked()
    {
        await using var harness = await PumpHarness.Create();
        harness.Grain("bad").Before = _ => throw new InvalidOperationException("a defect");
        await AppendMany(harness, ["bad"], 5);
        var group = await harness.Join();
        await harness.AllDurable();
        var pump = (GrainPump)Assert.Single(group.Pumps);
        Assert.False(await group.On(pump, () => pump.Unpark("bad")));
        Assert.Equal("bad", Assert.Single(await harness.Partitions.ListParked(harness.Key, CancellationToken.None)).Key);
        Assert.True(harness.Board.Of("numbers", 0, "bad", "src").Parked);
    }

    [Fact]
    public async Task A_parking_that_meets_the_end_of_the_one_before_is_not_taken_along()
    {
        await using var harness = await PumpHarness.Create();
        var slow = new SlowUnparking(harness.Partitions);
        harness.Store = slow;
        var broken = true;
        harness.Grain("bad").Before = _ => Volatile.Read(ref broken) ? throw new InvalidOperationException("a defect") : Task.CompletedTask;
        await AppendMany(harness, ["bad"], 5);
        var group = await harness.Join();
        await harness.AllDurable();
        Volatile.Write(ref broken, false);
        var pump = (GrainPump)Assert.Single(group.Pumps);
        var unparking = group.On(pump, () => pump.Unpark("bad"));
        await slow.Asked;
        // Its row is on its way out, and it fails as often as a key may.
        Volatile.Write(ref broken, true);
        var calls = harness.Grain("bad").Failures;
        await harness.Append("bad", "5");
        await PumpHarness.Holds(() => harness.Grain("bad").Failures >= calls + harness.Options.MaxAttempts, "it has failed for good");
        slow.Open();
        await unparking;
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "bad", "src").Parked, "it is parked");
        Assert.Equal(5, Assert.Single(await harness.Partitions.ListParked(harness.Key, CancellationToken.None)).FromOffset);
    }

    [Fact]
    public async Task A_parked_key_stays_parked_after_a_restart()
    {
        await using var harness = await PumpHarness.Create();
        harness.Grain("bad").Before = _ => throw new InvalidOperationException("a defect");
        await AppendMany(harness, ["bad", "good"], 5);
        var group = await harness.Join();
        await harness.AllDurable();
        await group.DisposeAsync();
        var calls = 0;
        harness.Grain("bad").Before = _ =>
        {
            Interlocked.Increment(ref calls);
            return Task.CompletedTask;
        };
        await harness.Join();
        await AppendMany(harness, ["bad", "good"], 5);
        await harness.AllDurable();
        Assert.Equal(10, harness.Grain("good").Values.Count);
        Assert.Equal(0, calls);
    }

    [Theory]
    [InlineData(RecordSchemas.Watermark)]
    [InlineData(RecordSchemas.Loss)]
    public async Task A_mark_that_cannot_be_read_is_a_dead_letter_also_where_it_was_left_in_the_log(string schema)
    {
        await using var harness = await PumpHarness.Create();
        var broken = true;
        harness.Grain("a").Before = _ => broken ? throw new InvalidOperationException("a defect") : Task.CompletedTask;
        await harness.Append("a", "0");
        var group = await harness.Join();
        await harness.AllDurable();
        await harness.Append("a", "{", schema: schema);
        await harness.Append("b", "{", schema: schema);
        await harness.AllDurable();
        Assert.Equal([$"{harness.LogId:N}/0/2"], await Places(harness));

        broken = false;
        var pump = (GrainPump)Assert.Single(group.Pumps);
        Assert.True(await group.On(pump, () => pump.Unpark("a")));
        await harness.AllDurable();
        Assert.Equal([0], harness.Grain("a").Values);
        Assert.Equal([$"{harness.LogId:N}/0/1", $"{harness.LogId:N}/0/2"], await Places(harness));
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task What_is_refused_in_a_run_that_its_grain_fails_on_counts_once()
    {
        await using var harness = await PumpHarness.Create();
        var broken = true;
        harness.Grain("a").Before = _ => broken ? throw new InvalidOperationException("a defect") : Task.CompletedTask;
        foreach (var value in new[] { "0", "garbage", "1" })
            await harness.Append("a", value);
        var group = await harness.Join();
        await harness.AllDurable();
        Assert.Equal((0, 0), (harness.Counters.Totals.In, harness.Counters.Totals.DeadLettered));

        broken = false;
        var pump = (GrainPump)Assert.Single(group.Pumps);
        Assert.True(await group.On(pump, () => pump.Unpark("a")));
        Assert.Equal([0, 1], harness.Grain("a").Values);
        Assert.Equal((3, 1), (harness.Counters.Totals.In, harness.Counters.Totals.DeadLettered));
        harness.AssertBooksBalance();
        // Given up before the failure and after it: the same letter, by its place.
        Assert.Single((await harness.DeadLettered()).Select(letter => letter.Header(RecordHeaders.EventId)).Distinct());
    }

    [Fact]
    public async Task A_call_that_times_out_is_repeated_before_anything_newer_and_holds_up_nobody_else()
    {
        await using var harness = await PumpHarness.Create();
        var attempts = 0;
        harness.Grain("slow").Before = _ => Interlocked.Increment(ref attempts) <= 20 ? throw new TimeoutException() : Task.CompletedTask;
        await AppendMany(harness, ["slow", "fast"], 50);
        await harness.Join();
        await harness.AllDurable();
        // Far more failures than attempts are allowed: a time-out uses none of them up.
        Assert.Equal(Numbers(50), harness.Grain("slow").Values);
        Assert.Equal(Numbers(50), harness.Grain("fast").Values);
        Assert.Empty(await harness.Partitions.ListParked(harness.Key, CancellationToken.None));
    }

    [Fact]
    public async Task A_grain_that_lost_its_memory_gets_everything_again()
    {
        await using var harness = await PumpHarness.Create();
        harness.Options.CheckpointMin = TimeSpan.FromSeconds(1);
        await harness.Join();
        await AppendMany(harness, ["a", "b"], 100);
        await PumpHarness.Holds(() => harness.Grain("a").Values.Count == 100, "all is applied");
        harness.Grain("a").LoseMemory();
        await harness.Append("a", "100");
        await harness.AllDurable();
        Assert.Equal(Numbers(101), harness.Grain("a").Values);
        Assert.Equal(Numbers(100), harness.Grain("b").Values);
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task Memory_lost_by_a_quiet_grain_shows_at_the_checkpoint()
    {
        await using var harness = await PumpHarness.Create();
        harness.Options.CheckpointMin = TimeSpan.FromMilliseconds(500);
        await harness.Join();
        await AppendMany(harness, ["a"], 100);
        await PumpHarness.Holds(() => harness.Grain("a").Values.Count == 100, "all is applied");
        harness.Grain("a").LoseMemory();
        await harness.AllDurable();
        Assert.Equal(Numbers(100), harness.Grain("a").Values);
    }

    [Fact]
    public async Task A_call_that_carries_a_whole_window_and_does_not_come_back_delays_no_other_key()
    {
        await using var harness = await PumpHarness.Create();
        harness.Options.ReadBytes = harness.Options.WindowBytes = harness.Options.RunBytes = 64 * 1024;
        harness.Options.RunRecords = 100_000;
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Grain("stuck").Before = _ => open.Task;
        await AppendMany(harness, ["stuck"], 5_000);
        await AppendMany(harness, ["free"], 5_000);
        var group = await harness.Join();
        await PumpHarness.Holds(() => harness.Grain("free").Values.Count == 5_000, "the free key is served");
        Assert.InRange(
            ((GrainPump)Assert.Single(group.Pumps)).Ledger.PendingBytes, harness.Options.WindowBytes / 2, 2 * harness.Options.WindowBytes);
        open.SetResult();
        await harness.AllDurable();
        Assert.Equal(Numbers(5_000), harness.Grain("stuck").Values);
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task A_stuck_key_leaves_its_records_in_the_log_when_memory_is_full_and_catches_up_later()
    {
        await using var harness = await PumpHarness.Create();
        harness.Options.WindowBytes = 64 * 1024;
        harness.Options.ReadBytes = 8 * 1024;
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Grain("stuck").Before = _ => open.Task;
        await AppendMany(harness, ["stuck", "free"], 5_000);
        var group = await harness.Join();
        await PumpHarness.Holds(() => harness.Grain("free").Values.Count == 5_000, "the free key is served");
        var pump = (GrainPump)Assert.Single(group.Pumps);
        Assert.True(pump.Ledger.PendingBytes <= harness.Options.WindowBytes + harness.Options.ReadBytes);
        Assert.Empty(harness.Grain("stuck").Values);
        // It still holds the low-water mark: a crash now would lose nothing.
        Assert.Equal(0, pump.StoredLowWater);
        open.SetResult();
        await harness.AllDurable();
        Assert.Equal(Numbers(5_000), harness.Grain("stuck").Values);
        Assert.Equal(Numbers(5_000), harness.Grain("free").Values);
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task A_crash_before_the_checkpoint_loses_nothing_and_doubles_nothing()
    {
        await using var harness = await PumpHarness.Create();
        harness.Options.CheckpointMin = TimeSpan.FromSeconds(60);
        harness.Options.CheckpointMax = TimeSpan.FromSeconds(60);
        var group = await harness.Join();
        await AppendMany(harness, ["a", "b"], 100);
        await PumpHarness.Holds(() => harness.Grain("a").Values.Count + harness.Grain("b").Values.Count == 200, "all is applied");
        // One grain's write happened, the other's did not, and no mark was stored.
        await harness.Grain("a").Flush();
        Assert.Single(group.Pumps).Abort();
        await group.DisposeAsync();
        harness.Grain("a").LoseMemory();
        harness.Grain("b").LoseMemory();
        harness.Options.CheckpointMin = TimeSpan.FromMilliseconds(20);
        await harness.Join();
        await harness.AllDurable();
        Assert.Equal(Numbers(100), harness.Grain("a").Values);
        Assert.Equal(Numbers(100), harness.Grain("b").Values);
    }

    [Fact]
    public async Task Another_owner_s_epoch_ends_a_zombie_which_stores_nothing_more()
    {
        await using var harness = await PumpHarness.Create();
        // Before it looks whether the partition is still its own.
        harness.Options.BackoffMax = TimeSpan.FromMinutes(10);
        var group = await harness.Join();
        await AppendMany(harness, ["a"], 10);
        await harness.AllDurable();
        var pump = Assert.Single(group.Pumps);
        var taken = await harness.Partitions.Acquire(harness.Key, "another", CancellationToken.None);
        Assert.Equal(10, taken.LowWater);
        await harness.Append("a", "10");
        await pump.Completion;
        var row = Assert.Single(await harness.Partitions.List(PumpHarness.Group, CancellationToken.None));
        Assert.Equal((10, taken.Epoch), (row.LowWater, row.Epoch));
        Assert.NotNull(pump.StallReason);
    }

    [Fact]
    public async Task What_a_zombie_took_over_is_taken_over_again_by_whom_the_log_gave_it_to()
    {
        await using var harness = await PumpHarness.Create();
        var group = await harness.Join();
        await AppendMany(harness, ["a"], 10);
        await harness.AllDurable();
        var fenced = Assert.Single(group.Pumps);
        // It was away when the partition was taken from it, and comes back in the middle of taking it over.
        var taken = await harness.Partitions.Acquire(harness.Key, "zombie", CancellationToken.None);
        await harness.Append("a", "10");
        await PumpHarness.Holds(() => group.Pumps is [{ StoredLowWater: 11, StallReason: null }], "it goes on");
        Assert.True(fenced.IsFenced);
        Assert.True(Assert.Single(group.Pumps).Epoch > taken.Epoch);
        Assert.Equal(Numbers(11), harness.Grain("a").Values);
        Assert.Same(group.Pumps[0], Assert.Single(harness.Board.Pumps));
        await group.DisposeAsync();
        Assert.Empty(harness.Board.Pumps);
    }

    [Fact]
    public async Task A_key_that_waits_has_an_older_watermark_than_the_others()
    {
        await using var harness = await PumpHarness.Create();
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Grain("slow").Before = batch => batch.Previous is null ? Task.CompletedTask : open.Task;
        var (first, second) = (DateTimeOffset.UnixEpoch.AddSeconds(1), DateTimeOffset.UnixEpoch.AddSeconds(2));
        await harness.Append("slow", "0");
        await harness.AppendWatermark(first);
        await harness.Join();
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "slow", "src").Watermark == first, "the first watermark holds");
        await harness.Append("slow", "1");
        await harness.Append("fast", "1");
        await harness.AppendWatermark(second);
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "fast", "src").Watermark == second, "the other key is ahead");
        Assert.Equal(first, harness.Board.Of("numbers", 0, "slow", "src").Watermark);
        Assert.Null(harness.Board.Of("numbers", 0, "fast", "unknown").Watermark);
        open.SetResult();
        await PumpHarness.Holds(() => harness.Board.Of("numbers", 0, "slow", "src").Watermark == second, "it has caught up");
    }

    private static async Task<IEnumerable<string?>> Places(PumpHarness harness) =>
        (await harness.DeadLettered()).Select(letter => letter.Header("dead-place")).Order(StringComparer.Ordinal);

    private static IEnumerable<long> Numbers(int count) => Enumerable.Range(0, count).Select(number => (long)number);

    private static Task AppendMany(PumpHarness harness, string[] keys, int count) => Task.WhenAll(
        Enumerable.Range(0, count).SelectMany(number =>
            keys.Select(key => harness.Append(key, number.ToString(CultureInfo.InvariantCulture)))));
}
