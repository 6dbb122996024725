using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Grains.Market;

namespace StreamForge.Tests.Market.Instruments;

public sealed class UpdateRingTests
{
    private const int Capacity = 1_000;

    [Fact]
    public void Without_readers_only_the_last_changes_are_kept()
    {
        var ring = Ring();
        Add(ring, 500);

        Assert.True(ring.Read(ring.Life, 500 - UpdateRing.UnreadLength - 1, 10).Reset);
    }

    [Fact]
    public void The_first_read_reaches_back_to_a_view_that_was_answered_shortly_before()
    {
        var ring = Ring();
        Add(ring, 500);

        var page = ring.Read(ring.Life, 500 - UpdateRing.UnreadLength, Capacity);

        Assert.Equal(Enumerable.Range(500 - UpdateRing.UnreadLength + 1, UpdateRing.UnreadLength), page.Updates.Select(update => (int)update.Sequence));
    }

    [Fact]
    public void Who_has_read_finds_all_changes_since_up_to_the_capacity()
    {
        var ring = Ring();
        Add(ring, 70);
        ring.Read(ring.Life, 70, 1);
        Add(ring, Capacity - 1);

        var page = ring.Read(ring.Life, 70, Capacity);

        Assert.Equal(Enumerable.Range(71, Capacity - 1), page.Updates.Select(update => (int)update.Sequence));
    }

    [Fact]
    public void Who_does_not_come_back_within_the_capacity_is_not_waited_for()
    {
        var ring = Ring();
        ring.Read(ring.Life, 0, 1);
        Add(ring, Capacity);

        Assert.False(ring.Read(ring.Life, Capacity - UpdateRing.UnreadLength, 1).Reset);
        Assert.True(ring.Read(ring.Life, Capacity - UpdateRing.UnreadLength - 1, 1).Reset);
    }

    [Fact]
    public void A_capacity_below_what_is_kept_unread_is_kept_to()
    {
        var ring = new UpdateRing("life", 16, 0);
        Add(ring, 100);

        Assert.False(ring.Read(ring.Life, 84, 1).Reset);
        Assert.True(ring.Read(ring.Life, 83, 1).Reset);
    }

    private static UpdateRing Ring() => new("life", Capacity, 0);

    /// <summary>Changes whose sequence is their version.</summary>
    private static void Add(UpdateRing ring, int count)
    {
        for (var i = 0; i < count; i++)
            ring.Add(ring.Version + 1, new StreamChange(
                StreamUpdateKind.Book, ring.Version + 1, null, null, null, FreshnessStatus.Live, null));
    }
}
