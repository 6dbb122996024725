using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>What is behind says how old it is, by the records' own time.</summary>
public class AgeTests
{
    [Fact]
    public async Task A_partition_that_is_held_back_tells_the_age_of_the_oldest_record_and_of_its_checkpoint()
    {
        await using var harness = await PumpHarness.Create();
        var (apply, flush) = (new TaskCompletionSource(), new TaskCompletionSource());
        harness.Grain("a").Before = _ => apply.Task;
        harness.Grain("a").BeforeFlush = () => flush.Task;
        // Its records say that they were written in 1970.
        await harness.Append("a", "1");
        var group = await harness.Join();
        await PumpHarness.Holds(() => group.Pumps is [var pump] && pump.LagTime > TimeSpan.FromDays(365), "the record is old");
        var held = group.Pumps[0];
        apply.SetResult();
        await PumpHarness.Holds(() => held.LagTime == TimeSpan.Zero, "all is applied");
        await PumpHarness.Holds(() => held.CheckpointAge > 2 * harness.Options.CheckpointMin, "the checkpoint does not come");
        flush.SetResult();
        await harness.AllDurable();
        await PumpHarness.Holds(() => held.CheckpointAge == TimeSpan.Zero, "all is durable");
    }

    [Fact]
    public void Marks_are_kept_of_what_is_not_applied_ever_coarser_and_go_with_a_rewind()
    {
        var applied = 0L;
        var times = new RecordTimes(() => applied);
        Assert.Null(times.WrittenAt(0));
        for (var offset = 0L; offset < 10_000; offset++)
            times.Add(RecordAt(offset));
        // Forty times as many as are kept: never younger than the record, and not much older.
        for (var offset = 0L; offset < 10_000; offset += 7)
            Assert.InRange(Age(times, offset), offset - 128, offset);
        Assert.Equal(0, Age(times, 0));
        applied = 10_000;
        for (var offset = 10_000L; offset < 30_000; offset++)
        {
            times.Add(RecordAt(offset));
            applied = offset;
        }
        Assert.Equal(29_990, Age(times, 29_990));

        times.Add(RecordAt(5_000, second: 77));
        Assert.Equal(77, Age(times, 29_990));
    }

    private static long Age(RecordTimes times, long offset) => times.WrittenAt(offset)!.Value.ToUnixTimeSeconds();

    private static LogRecord[] RecordAt(long offset, long? second = null) =>
        [new LogRecord { Partition = new("t", 0), Offset = offset, Timestamp = DateTimeOffset.FromUnixTimeSeconds(second ?? offset), Value = default }];
}
