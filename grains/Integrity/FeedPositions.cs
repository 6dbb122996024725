using System.Collections.Immutable;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Integrity;

/// <summary>Whether a delivery may be applied.</summary>
public enum DeliveryVerdict
{
    Accept = 0,

    /// <summary>Its predecessor has not been applied.</summary>
    Behind = 1,

    /// <summary>Its sender no longer owns the partition.</summary>
    Fenced = 2,
}

/// <summary>
/// How far each partition that feeds an entity is applied, and under which epoch it was last delivered. A position under another
/// log id is void: the topic was created anew, and its offsets start again.
/// </summary>
public sealed class FeedPositions
{
    private readonly List<Feed> _feeds = [];

    private sealed class Feed
    {
        public required string Topic { get; init; }

        public required int Partition { get; init; }

        public required Guid LogId { get; set; }

        public long Epoch { get; set; }

        public long Offset { get; set; } = -1;
    }

    /// <summary>Nothing was ever delivered.</summary>
    public bool IsEmpty => _feeds.Count == 0;

    /// <summary>Whether this is the first delivery of an epoch: the grain has to look whether its memory is still what is stored.</summary>
    public bool IsNewEpoch(IngestBatch batch) =>
        Find(batch) is not { } feed || feed.LogId != batch.LogId || batch.Epoch > feed.Epoch;

    /// <summary>Judges a delivery and takes note of its epoch.</summary>
    public DeliveryVerdict Judge(IngestBatch batch)
    {
        var feed = FindOrAdd(batch);
        if (batch.Epoch < feed.Epoch)
            return DeliveryVerdict.Fenced;
        feed.Epoch = batch.Epoch;
        return batch.Previous > feed.Offset ? DeliveryVerdict.Behind : DeliveryVerdict.Accept;
    }

    /// <summary>The offset applied last; -1 where there is none under this log id.</summary>
    public long OffsetOf(IngestBatch batch) => Find(batch) is { } feed && feed.LogId == batch.LogId ? feed.Offset : -1;

    /// <summary>The batch was applied, or moved over, through <paramref name="offset"/>.</summary>
    public void Move(IngestBatch batch, long offset) => FindOrAdd(batch).Offset = offset;

    /// <summary>The partition of <paramref name="topic"/> that fed last; none where none ever did.</summary>
    public int? PartitionOf(string topic)
    {
        // Feeds are appended when they are first seen: the last one is where the key is now.
        for (var i = _feeds.Count - 1; i >= 0; i--)
            if (_feeds[i].Topic == topic)
                return _feeds[i].Partition;
        return null;
    }

    /// <summary>
    /// Whether this memory is what a pump delivered: it was compared to what is stored under the pump's assignment, and holds all that
    /// the pump knows to have been applied or stored.
    /// </summary>
    public bool Hold(string topic, FeedDelivery delivered)
    {
        // What never fed it cannot have been compared: that nothing was delivered has to do.
        if (Find(topic, delivered.Partition) is not { } feed)
            return PartitionOf(topic) is null && delivered.Through < 0;
        return feed.LogId == delivered.LogId && feed.Epoch >= delivered.Epoch && feed.Offset >= delivered.Through;
    }

    /// <summary>
    /// Memory was found to be what is stored, after the assignment of <paramref name="delivered"/> had begun. Of a log anew that says
    /// nothing: only its first delivery does.
    /// </summary>
    public void Compared(string topic, FeedDelivery delivered)
    {
        if (Find(topic, delivered.Partition) is { } feed && feed.LogId == delivered.LogId)
            feed.Epoch = Math.Max(feed.Epoch, delivered.Epoch);
    }

    public ImmutableArray<FeedPosition> Capture()
    {
        var captured = ImmutableArray.CreateBuilder<FeedPosition>(_feeds.Count);
        foreach (var feed in _feeds)
            captured.Add(new FeedPosition(feed.Topic, new LogPosition(feed.LogId, feed.Partition, feed.Offset)));
        return captured.MoveToImmutable();
    }

    public void Write(StateWriter writer)
    {
        writer.Count(_feeds.Count);
        foreach (var feed in _feeds)
        {
            writer.Text(feed.Topic);
            writer.Count(feed.Partition);
            writer.Guid(feed.LogId);
            writer.Signed(feed.Epoch);
            writer.Signed(feed.Offset);
        }
    }

    public void Read(ref StateReader reader)
    {
        _feeds.Clear();
        for (var n = reader.Count(); n > 0; n--)
            _feeds.Add(new Feed
            {
                Topic = reader.Text() ?? "",
                Partition = reader.Number(),
                LogId = reader.Guid(),
                Epoch = reader.Signed(),
                Offset = reader.Signed(),
            });
    }

    private Feed? Find(IngestBatch batch) => Find(batch.Topic, batch.Partition);

    private Feed? Find(string topic, int partition)
    {
        foreach (var feed in _feeds)
            if (feed.Partition == partition && feed.Topic == topic)
                return feed;
        return null;
    }

    private Feed FindOrAdd(IngestBatch batch)
    {
        if (Find(batch) is not { } feed)
            _feeds.Add(feed = new Feed { Topic = batch.Topic, Partition = batch.Partition, LogId = batch.LogId });
        if (feed.LogId != batch.LogId)
            (feed.LogId, feed.Epoch, feed.Offset) = (batch.LogId, 0, -1);
        return feed;
    }
}
