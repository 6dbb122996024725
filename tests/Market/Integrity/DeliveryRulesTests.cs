using System.Buffers;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.State;

namespace StreamForge.Tests.Market.Integrity;

/// <summary>Positions, epochs and origins: what guards a grain against being fed twice, or by the wrong one.</summary>
public sealed class DeliveryRulesTests
{
    private static readonly Guid _log = new("00000000-0000-0000-0000-000000000001");
    private static readonly Guid _otherLog = new("00000000-0000-0000-0000-000000000002");
    private readonly FeedPositions _feeds = new();
    private readonly OriginGate _origins = new();

    [Fact]
    public void A_delivery_whose_predecessor_is_not_applied_is_behind()
    {
        Assert.Equal(DeliveryVerdict.Accept, _feeds.Judge(Batch(epoch: 1, previous: null)));
        _feeds.Move(Batch(1, null), 10);
        Assert.Equal(DeliveryVerdict.Accept, _feeds.Judge(Batch(1, 10)));
        Assert.Equal(DeliveryVerdict.Accept, _feeds.Judge(Batch(1, 7)));
        Assert.Equal(DeliveryVerdict.Behind, _feeds.Judge(Batch(1, 11)));
    }

    [Fact]
    public void An_older_epoch_is_fenced_and_a_newer_one_is_told()
    {
        Assert.True(_feeds.IsNewEpoch(Batch(3, null)));
        Assert.Equal(DeliveryVerdict.Accept, _feeds.Judge(Batch(3, null)));
        Assert.False(_feeds.IsNewEpoch(Batch(3, null)));
        Assert.Equal(DeliveryVerdict.Fenced, _feeds.Judge(Batch(2, null)));
        Assert.True(_feeds.IsNewEpoch(Batch(4, null)));
    }

    [Fact]
    public void Positions_under_another_log_id_are_void()
    {
        _feeds.Move(Batch(5, null), 100);
        var anew = Batch(1, null) with { LogId = _otherLog };
        Assert.Equal(-1, _feeds.OffsetOf(anew));
        Assert.True(_feeds.IsNewEpoch(anew));
        Assert.Equal(DeliveryVerdict.Accept, _feeds.Judge(anew));
        Assert.Equal(-1, _feeds.OffsetOf(anew));
        Assert.Equal(-1, _feeds.OffsetOf(Batch(5, null)));
    }

    [Fact]
    public void Memory_holds_what_was_delivered_only_if_it_has_all_and_was_compared_under_the_assignment()
    {
        Assert.True(_feeds.Hold("t", Delivered(through: -1, epoch: 7)));
        Assert.False(_feeds.Hold("t", Delivered(through: 0, epoch: 7)));
        _feeds.Judge(Batch(2, null));
        _feeds.Move(Batch(2, null), 41);
        Assert.True(_feeds.Hold("t", Delivered(through: 41, epoch: 2)));
        // A zombie pump of an older assignment says nothing wrong.
        Assert.True(_feeds.Hold("t", Delivered(through: 40, epoch: 1)));
        Assert.False(_feeds.Hold("t", Delivered(through: 42, epoch: 2)));
        Assert.False(_feeds.Hold("t", Delivered(through: 41, epoch: 3)));
        _feeds.Compared("t", Delivered(through: 42, epoch: 3));
        Assert.True(_feeds.Hold("t", Delivered(through: 41, epoch: 3)));
        Assert.False(_feeds.Hold("t", Delivered(through: 42, epoch: 3)));
        var anew = Delivered(through: -1, epoch: 1) with { LogId = _otherLog };
        _feeds.Compared("t", anew);
        Assert.False(_feeds.Hold("t", anew));
    }

    private static FeedDelivery Delivered(long through, long epoch) => new(3, _log, through, epoch);

    [Fact]
    public void Feeds_survive_storage_and_tell_where_they_are_read()
    {
        _feeds.Judge(Batch(2, null));
        _feeds.Move(Batch(2, null), 41);
        var buffer = new ArrayBufferWriter<byte>();
        _feeds.Write(new StateWriter(buffer));
        var copy = new FeedPositions();
        var reader = new StateReader(buffer.WrittenSpan);
        copy.Read(ref reader);
        reader.End();
        Assert.Equal([new FeedPosition("t", new LogPosition(_log, 3, 41))], copy.Capture());
        Assert.Equal((3, null), (copy.PartitionOf("t"), copy.PartitionOf("u")));
        Assert.Equal(DeliveryVerdict.Fenced, copy.Judge(Batch(1, null)));
    }

    [Fact]
    public void An_origin_at_or_below_the_highest_was_here_before()
    {
        Assert.True(_origins.Pass("t", Origin(5, 0)));
        Assert.True(_origins.Pass("t", Origin(5, 1)));
        Assert.False(_origins.Pass("t", Origin(5, 0)));
        Assert.False(_origins.Pass("t", Origin(4, 9)));
        Assert.True(_origins.Pass("t", null));
        Assert.True(_origins.Pass("t", Origin(6, 0)));
    }

    [Fact]
    public void Origins_compare_within_one_topic_and_one_partition_of_one_log()
    {
        _origins.Pass("t", Origin(5, 0));
        Assert.True(_origins.Pass("u", Origin(4, 0)));
        Assert.True(_origins.Pass("t", Origin(4, 0) with { Partition = 1 }));
        Assert.True(_origins.Pass("t", Origin(4, 0) with { LogId = _otherLog }));
        Assert.False(_origins.Pass("t", Origin(5, 0)));
    }

    [Fact]
    public void Origins_are_bounded_and_forget_what_moved_longest_ago()
    {
        for (var partition = 1; partition < 300; partition++)
        {
            _origins.Pass("t", Origin(1, 0) with { Partition = partition });
            // This one moves all the time: it must not be the one that goes.
            Assert.True(_origins.Pass("t", Origin(partition, 0)));
        }

        Assert.False(_origins.Pass("t", Origin(299, 0)));
        Assert.False(_origins.Pass("t", Origin(1, 0) with { Partition = 299 }));
        Assert.True(_origins.Pass("t", Origin(1, 0) with { Partition = 1 }));
    }

    private static Origin Origin(long offset, int index) => new(_log, 0, offset, index);

    private static IngestBatch Batch(long epoch, long? previous) => new()
    {
        Topic = "t",
        LogId = _log,
        Partition = 3,
        Epoch = epoch,
        Previous = previous,
        Records = [],
    };
}
