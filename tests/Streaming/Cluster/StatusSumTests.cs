using StreamForge.Contracts.Integrity;
using StreamForge.Silo.Telemetry;

namespace StreamForge.Tests.Streaming.Cluster;

/// <summary>What several silos say of themselves, as one word.</summary>
public class StatusSumTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Counts_are_added_up_and_the_oldest_word_of_a_source_counts()
    {
        var sum = StatusSum.Of([
            Status(1, [Row(0, 1)], new SourceStatus { Source = "binance", Up = true, Watermark = Now }),
            Status(2, [Row(1, 1)], new SourceStatus { Source = "binance", Up = false, Watermark = Now.AddSeconds(-1), Reason = "down" }),
        ]);
        Assert.Equal((3, 3, 3), (sum.Events.In, sum.Repairs.Requested, sum.DeadLetters));
        Assert.Equal([0, 1], sum.Partitions.Select(row => row.Partition));
        var source = Assert.Single(sum.Sources);
        Assert.Equal((false, Now.AddSeconds(-1), "down"), (source.Up, source.Watermark, source.Reason));
        Assert.False(sum.Ready);
    }

    [Fact]
    public void Of_a_partition_that_two_claim_the_higher_epoch_has_the_word()
    {
        var sum = StatusSum.Of([Status(0, [Row(0, 7)]), Status(0, [Row(0, 8)])]);
        Assert.Equal(8, Assert.Single(sum.Partitions).Epoch);
    }

    private static PartitionStatus Row(int partition, long epoch) => new()
    {
        Group = "g", Topic = "t", Partition = partition, Epoch = epoch, ReadPosition = 0, LowWater = 0, LogEnd = 0, Lag = 0,
    };

    private static PlatformStatus Status(int count, PartitionStatus[] rows, params SourceStatus[] sources) => new()
    {
        Engine = "orleans",
        StartedAt = Now,
        Partitions = [.. rows],
        Events = new EventTotals { In = count },
        OpenGaps = 0,
        Repairs = new RepairTotals { Requested = count },
        Parked = [],
        DeadLetters = count,
        Sources = [.. sources],
        Ready = true,
    };
}
