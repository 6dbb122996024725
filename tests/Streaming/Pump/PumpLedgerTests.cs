using System.Globalization;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>The ledger against a model that keeps a flag for every record: the low-water mark never passes what is not durable.</summary>
public class PumpLedgerTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Low_water_is_the_reading_position_when_all_is_durable()
    {
        var ledger = new PumpLedger(10);
        Assert.Equal(10, ledger.LowWater);
        var lane = ledger.Read(ledger.LaneOf("a"), Record("a", 12), Now)!;
        ledger.ReadOver(15);
        Assert.Equal(12, ledger.LowWater);
        ledger.Applied(lane, 12, Now);
        Assert.Equal(12, ledger.LowWater);
        Assert.Equal(16, ledger.AppliedMark);
        lane.Durable(12);
        Assert.Equal(16, ledger.LowWater);
    }

    [Fact]
    public void What_is_known_to_be_stored_is_still_expected_after_a_rewind_unless_the_grain_proves_to_hold_less()
    {
        var ledger = new PumpLedger(0);
        var lane = ledger.Read(ledger.LaneOf("a"), Record("a", 4), Now)!;
        Assert.Equal(-1, lane.Reached);
        ledger.Applied(lane, 4, Now);
        Assert.Equal((4L, 4L, -1L), (lane.Delivered, lane.Reached, lane.Stored));
        lane.Durable(4);
        var again = new KeyLane("a");
        again.GoOnFrom(lane.Stored);
        Assert.Equal((4L, 4L, false), (again.Delivered, again.Reached, again.HasUndurable));
        again.HoldsOnly(2);
        Assert.Equal(2, again.Stored);
        again.HoldsOnly(3);
        Assert.Equal(2, again.Stored);
    }

    [Fact]
    public void A_run_that_is_durable_in_part_holds_the_mark_at_its_first_record()
    {
        var ledger = new PumpLedger(0);
        var lane = ledger.Read(ledger.LaneOf("a"), Record("a", 0), Now)!;
        ledger.Read(ledger.LaneOf("a"), Record("a", 1), Now);
        ledger.Applied(lane, 1, Now);
        lane.Durable(0);
        Assert.Equal(0, ledger.LowWater);
        lane.Durable(1);
        Assert.Equal(2, ledger.LowWater);
    }

    [Fact]
    public void A_key_quiet_for_long_is_no_reason_to_go_back()
    {
        var ledger = new PumpLedger(0);
        var quiet = ledger.Read(ledger.LaneOf("quiet"), Record("quiet", 0), Now)!;
        ledger.Applied(quiet, 0, Now);
        quiet.Durable(0);
        var busy = ledger.LaneOf("busy");
        for (var offset = 1; offset <= 1000; offset++)
        {
            ledger.Read(ledger.LaneOf("busy"), Record("busy", offset), Now);
            ledger.Applied(busy, offset, Now);
        }
        busy.Durable(1000);
        Assert.Equal(1001, ledger.LowWater);
    }

    [Fact]
    public void A_parked_key_lets_the_mark_pass_once_what_was_applied_before_is_durable()
    {
        var ledger = new PumpLedger(0);
        var lane = ledger.Read(ledger.LaneOf("a"), Record("a", 0), Now)!;
        ledger.Read(ledger.LaneOf("a"), Record("a", 1), Now);
        ledger.Read(ledger.LaneOf("b"), Record("b", 2), Now);
        ledger.Applied(lane, 0, Now);
        ledger.Park(lane, 1);
        ledger.Applied(ledger.LaneOf("b"), 2, Now);
        ledger.LaneOf("b").Durable(2);
        Assert.Equal(0, ledger.LowWater);
        lane.Durable(0);
        Assert.Equal(3, ledger.LowWater);
        Assert.Equal(["a"], ledger.ParkedKeys);
        // Its later records stay in the log; those of a rewind below the parked offset are still delivered.
        Assert.Null(ledger.Read(ledger.LaneOf("a"), Record("a", 3), Now));
        Assert.Equal(4, ledger.LowWater);
    }

    [Fact]
    public void A_stuck_lane_leaves_its_tail_in_the_log_and_still_holds_the_mark()
    {
        var ledger = new PumpLedger(0);
        for (var offset = 0; offset < 10; offset++)
            ledger.Read(ledger.LaneOf("slow"), Record("slow", offset), Now);
        var other = ledger.Read(ledger.LaneOf("other"), Record("other", 10), Now + TimeSpan.FromSeconds(5))!;
        var before = ledger.PendingBytes;
        ledger.LaneOf("slow").InFlight = 1;
        Assert.Equal(9, ledger.LeaveStuck(Now + TimeSpan.FromSeconds(1)));
        Assert.True(ledger.PendingBytes < before);
        var slow = ledger.LaneOf("slow");
        Assert.Equal(1, slow.PendingCount);
        Assert.Equal(1, slow.LeftFrom);
        ledger.Applied(other, 10, Now);
        other.Durable(10);
        ledger.Applied(slow, 0, Now);
        slow.Durable(0);
        Assert.Equal(1, ledger.LowWater);
        Assert.Equal(1, ledger.AppliedMark);
        // What is read from now on is left too, in order, until the lane has caught up.
        Assert.Null(ledger.Read(ledger.LaneOf("slow"), Record("slow", 11), Now));
        Assert.Equal(1, slow.LeftFrom);
        Assert.Equal(0, ledger.LeaveStuck(Now + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Random_histories_never_pass_what_is_not_durable()
    {
        var first = Environment.TickCount;
        for (var seed = first; seed < first + 300; seed++)
            RandomHistory(seed);
    }

    private static void RandomHistory(int seed)
    {
        var random = new Random(seed);
        var ledger = new PumpLedger(0);
        var keys = Enumerable.Range(0, random.Next(1, 8)).Select(i => "k" + i.ToString(CultureInfo.InvariantCulture)).ToArray();
        var model = new Dictionary<long, (string Key, bool Applied, bool Durable)>();
        var offset = 0L;
        for (var step = 0; step < 400; step++)
        {
            var lane = ledger.LaneOf(keys[random.Next(keys.Length)]);
            switch (random.Next(6))
            {
                case 0 or 1:
                    offset += random.Next(1, 4);
                    model[offset] = (lane.Key, false, false);
                    ledger.Read(ledger.LaneOf(lane.Key), Record(lane.Key, offset), Now);
                    break;
                case 2:
                    ApplySome(ledger, lane, model, random);
                    break;
                case 3:
                    MakeDurable(lane, model, random);
                    break;
                case 4:
                    ledger.LeaveStuck(Now);
                    break;
                case 5 when lane.PendingCount == 0 && lane.LeftFrom is { } left:
                    foreach (var again in model.Where(m => m.Value.Key == lane.Key && m.Key >= left).Select(m => m.Key).Order())
                        ledger.Refill(lane, Record(lane.Key, again));
                    lane.LeftFromNow(null);
                    break;
            }
            foreach (var (at, record) in model)
            {
                Assert.True(record.Durable || at >= ledger.LowWater, $"seed {seed}: {at} is not durable, the mark is {ledger.LowWater}");
                Assert.True(record.Applied || at >= ledger.AppliedMark, $"seed {seed}: {at} is not applied, the mark is {ledger.AppliedMark}");
                Assert.True(record.Applied || at >= ledger.LaneOf(record.Key).FirstUnapplied, $"seed {seed}: {at} unseen");
            }
        }
    }

    private static void ApplySome(
        PumpLedger ledger, KeyLane lane, Dictionary<long, (string Key, bool Applied, bool Durable)> model, Random random)
    {
        if (lane.PendingCount == 0)
            return;
        var run = new List<PendingRecord>();
        lane.PeekRun(run, random.Next(1, 5), 1 << 20);
        ledger.Applied(lane, run[^1].Offset, Now);
        foreach (var record in run)
            model[record.Offset] = (lane.Key, true, false);
    }

    private static void MakeDurable(KeyLane lane, Dictionary<long, (string Key, bool Applied, bool Durable)> model, Random random)
    {
        var applied = model.Where(m => m.Value.Key == lane.Key && m.Value.Applied).Select(m => m.Key).Order().ToArray();
        if (applied.Length == 0)
            return;
        var upTo = applied[random.Next(applied.Length)];
        lane.Durable(upTo);
        foreach (var at in applied.Where(at => at <= upTo))
            model[at] = (lane.Key, true, true);
    }

    private static PendingRecord Record(string key, long offset) =>
        new(new IngestRecord { Offset = offset, Timestamp = Now, EventId = key }, Size: 100);
}
