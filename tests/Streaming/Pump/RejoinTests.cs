using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Streaming;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>Memberships end at night as well: the group is joined again, and says meanwhile that it stands.</summary>
public class RejoinTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_pump_whose_partition_is_taken_away_under_its_read_ends_quietly()
    {
        await using var harness = await PumpHarness.Create();
        await harness.Append("a", "1");
        var handler = new RecordingHandler();
        await using var member = await harness.Log.Join("other", [harness.Topic], handler, CancellationToken.None);
        await PumpHarness.Holds(() => handler.Owned.Count == 1, "the partition is assigned");
        var pump = harness.Pump(handler[new TopicPartition(harness.Topic, 0)]);
        await PumpHarness.Holds(() => harness.Grain("a").Values.Count == 1, "it reads");

        // Nobody tells the pump: only its read ends.
        SegmentEventLog.Expel(member, "not heard of");

        await pump.Completion.WaitAsync(Deadline, TimeProvider.System);
        Assert.True(pump.Completion.IsCompletedSuccessfully);
        pump.Dispose();
    }

    [Fact]
    public async Task A_group_whose_membership_ended_says_so_and_joins_again_after_a_pause()
    {
        await using var harness = await PumpHarness.Create();
        harness.Options.BackoffMin = harness.Options.BackoffMax = TimeSpan.FromSeconds(1);
        var time = new ManualTime();
        await harness.Append("a", "0");
        var group = await harness.Join(time: time);
        await PumpHarness.Holds(() => harness.Grain("a").Values.Count == 1, "the first record is applied");

        SegmentEventLog.Expel(harness.Log.Members[^1], "not heard of for a while");

        await PumpHarness.Holds(() => group.Standings is [{ StallReason: { } why }] && why.Contains("not heard of", StringComparison.Ordinal),
            "the partition is shown as stalled, with the reason");
        Assert.Empty(group.Pumps);
        await harness.Append("a", "1");
        Assert.Single(harness.Log.Members);

        await MovesOn(time, () => harness.Grain("a").Values.Count == 2, "what was appended meanwhile is applied");
        Assert.Equal(2, harness.Log.Members.Count);
        Assert.Equal([0, 1], harness.Grain("a").Values);
        Assert.Null(Assert.Single(group.Standings).StallReason);
        await MovesOn(time, () => group.Pumps.Single().StoredLowWater == 2, "it is durable");
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task Joining_again_goes_on_until_the_log_lets_us_with_longer_and_longer_pauses()
    {
        await using var harness = await PumpHarness.Create();
        harness.Options.BackoffMin = TimeSpan.FromSeconds(1);
        harness.Options.BackoffMax = TimeSpan.FromSeconds(8);
        var time = new ManualTime();
        var group = await harness.Join(time: time);
        await PumpHarness.Holds(() => group.Pumps.Count == 1, "the partition is assigned");
        harness.Log.RefusedJoins = 6;
        var ended = time.GetUtcNow();

        SegmentEventLog.Expel(harness.Log.Members[^1], "not heard of for a while");

        await MovesOn(time, () => group.Standings is [{ StallReason: { } why }] && why.Contains("no joining now", StringComparison.Ordinal),
            "the last refusal is the reason shown");
        await MovesOn(time, () => group.Pumps.Count == 1, "the group is joined again");
        Assert.Equal(0, harness.Log.RefusedJoins);
        // Half of 1 + 2 + 4 + 8 + 8 + 8 + 8 s at the least.
        Assert.True(time.GetUtcNow() - ended >= TimeSpan.FromSeconds(19.5), "the pauses double up to their bound");
    }

    [Fact]
    public async Task Leaving_does_not_wait_for_a_pause_before_joining_again()
    {
        await using var harness = await PumpHarness.Create();
        harness.Options.BackoffMin = harness.Options.BackoffMax = TimeSpan.FromSeconds(1);
        // Nobody moves this clock: the pause never ends by itself.
        var group = await harness.Join(time: new ManualTime());
        await PumpHarness.Holds(() => group.Pumps.Count == 1, "the partition is assigned");
        SegmentEventLog.Expel(harness.Log.Members[^1], "not heard of for a while");
        await PumpHarness.Holds(() => group.Standings is [{ StallReason: not null }], "the membership has ended");
        Assert.True(await group.Leave(CancellationToken.None).WaitAsync(Deadline, TimeProvider.System));
        Assert.Single(harness.Log.Members);
    }

    [Fact]
    public async Task A_handler_that_failed_once_does_not_end_the_group_for_good()
    {
        await using var harness = await PumpHarness.Create();
        await harness.Append("a", "1");
        var failures = 1;
        await harness.Join(creating: _ =>
        {
            if (Interlocked.Decrement(ref failures) >= 0)
                throw new InvalidOperationException("a defect");
        });
        await harness.AllDurable();
        Assert.Equal([1], harness.Grain("a").Values);
        Assert.Equal(2, harness.Log.Members.Count);
    }

    /// <summary>Time goes on in small steps until the condition holds.</summary>
    private static Task MovesOn(ManualTime time, Func<bool> condition, string what) => Eventually.Holds(
        () =>
        {
            if (condition())
                return true;
            time.Advance(TimeSpan.FromMilliseconds(250));
            return false;
        },
        Deadline,
        what);
}
