using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;
using StreamForge.Silo.Operations;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;

namespace StreamForge.Tests.Streaming.Operations;

/// <summary>What operators are shown of partitions and parked keys.</summary>
public sealed class ListTests
{
    private static readonly Guid _old = new("00000000-0000-0000-0000-00000000000a");
    private static readonly Guid _new = new("00000000-0000-0000-0000-00000000000b");
    private static readonly DateTimeOffset _at = DateTimeOffset.UnixEpoch;

    [Fact]
    public void A_partition_that_nobody_reads_is_listed_with_who_read_it_last()
    {
        var pause = new PartitionPause(_at, "op", "why");
        var rows = PartitionList.Of(
            [("g", new TopicPartition("t", 0)), ("g", new TopicPartition("t", 1)), ("g", new TopicPartition("t", 2))],
            [Read("t", 0, epoch: 3)],
            [Stored(_new, 1, "newest", _at.AddSeconds(2), lowWater: 5), Stored(_old, 1, "older", _at.AddSeconds(1), lowWater: 99)],
            [new PausedPartition("t", 1, pause), new PausedPartition("elsewhere", 0, pause)]);
        Assert.Equal([(0, 3L), (1, 0L), (2, 0L)], rows.Select(row => (row.Partition, row.Epoch)));
        Assert.Equal(("newest", 5, pause), (rows[1].Owner, rows[1].LowWater, rows[1].Paused));
        Assert.Equal((null, null), (rows[2].Owner, rows[2].Paused));
    }

    [Fact]
    public void What_is_stored_of_a_pause_counts_and_not_what_its_reader_has_heard()
    {
        var said = Read("t", 0, epoch: 1) with { Paused = new PartitionPause(_at, "op", "ended since") };
        Assert.Null(Assert.Single(PartitionList.Of([("g", new TopicPartition("t", 0))], [said], [], [])).Paused);
    }

    [Fact]
    public void Parked_keys_of_a_log_that_was_replaced_are_void_and_the_others_are_paged()
    {
        var (before, now) = (new PartitionKey("g", "t", _old, 0), new PartitionKey("g", "t", _new, 0));
        PartitionRow[] partitions =
            [Stored(_old, 0, "o", _at, 0), Stored(_new, 0, "o", _at.AddSeconds(1), 0), Stored(_new, 1, "o", _at, 0)];
        (PartitionKey, ParkedRow)[] parked =
        [
            (before, Row("void")), (now, Row("b")), (now, Row("a")), (now with { Partition = 1 }, Row("c")), (now, Row("d")),
        ];
        var seen = new List<string>();
        ParkedPlace? after = null;
        ParkedPage page;
        do
        {
            page = ParkedList.Of(partitions, parked, new ParkedQuery(null, after, 2));
            Assert.Equal(4, page.Total);
            seen.AddRange(page.Items.Select(item => $"{item.Partition}/{item.Key}"));
            after = new ParkedPlace(page.Items[^1].Topic, page.Items[^1].Partition, page.Items[^1].Key);
        }
        while (page.HasMore);
        Assert.Equal(["0/a", "0/b", "0/d", "1/c"], seen);
        Assert.Equal(0, ParkedList.Of(partitions, parked, new ParkedQuery("other")).Total);
    }

    private static ParkedRow Row(string key) => new(key, 7, "why", _at);

    private static PartitionRow Stored(Guid logId, int partition, string owner, DateTimeOffset at, long lowWater) =>
        new(new PartitionKey("g", "t", logId, partition), 1, lowWater, owner, at);

    private static PartitionStatus Read(string topic, int partition, long epoch) => new()
    {
        Group = "g", Topic = topic, Partition = partition, Epoch = epoch, ReadPosition = 5, LowWater = 4, LogEnd = 7, Lag = 2,
    };
}
