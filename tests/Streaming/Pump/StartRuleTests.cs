using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

public class StartRuleTests
{
    [Theory]
    [InlineData(50, null, 0, 100, 50)]
    [InlineData(50, 40L, 0, 100, 40)]
    [InlineData(50, 60L, 0, 100, 50)]
    [InlineData(0, null, 0, 100, 0)]
    [InlineData(100, 100L, 0, 100, 100)]
    public void The_smaller_of_stored_and_committed(long stored, long? committed, long start, long end, long expected)
    {
        var position = StartRule.Decide(Row(stored), committed, new OffsetBounds(start, end));
        Assert.Equal(new StartPosition(expected, null), position);
    }

    [Fact]
    public void What_retention_took_is_a_recorded_loss()
    {
        var position = StartRule.Decide(Row(50), 50, new OffsetBounds(70, 100));
        Assert.Equal(new StartPosition(70, new LossRange(50, 70)), position);
    }

    [Fact]
    public void What_retention_took_behind_a_commit_that_lags_is_no_loss_where_the_mark_covers_it()
    {
        Assert.Equal(new StartPosition(45, null), StartRule.Decide(Row(50), 40, new OffsetBounds(45, 100)));
        Assert.Equal(new StartPosition(50, null), StartRule.Decide(Row(50), 40, new OffsetBounds(50, 100)));
        Assert.Equal(new StartPosition(70, new LossRange(50, 70)), StartRule.Decide(Row(50), 40, new OffsetBounds(70, 100)));
    }

    [Fact]
    public void A_group_that_never_read_has_lost_nothing()
    {
        var position = StartRule.Decide(Row(0), null, new OffsetBounds(70, 100));
        Assert.Equal(new StartPosition(70, null), position);
    }

    [Fact]
    public void A_log_set_back_is_refused()
    {
        var error = Assert.Throws<EventLogException>(() => StartRule.Decide(Row(101), null, new OffsetBounds(0, 100)));
        Assert.Contains("set back", error.Message, StringComparison.Ordinal);
    }

    private static PartitionRow Row(long lowWater) =>
        new(new PartitionKey("g", "t", Guid.Empty, 0), 1, lowWater, "me", DateTimeOffset.UnixEpoch);
}
