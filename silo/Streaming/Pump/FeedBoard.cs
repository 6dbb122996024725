using System.Collections.Concurrent;
using System.Text;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// How the partitions that this process reads stand, for grains that answer. Pumps sign in and out; readers of any thread
/// look up single keys.
/// </summary>
/// <param name="partitions">Partitions of each topic: tells where a key belongs of which no record has come here.</param>
internal sealed class FeedBoard(Func<string, int> partitions) : IFeedStandings
{
    private readonly ConcurrentDictionary<TopicPartition, GrainPump> _pumps = new();

    /// <summary>The pumps signed in, in order of topic and partition.</summary>
    public IReadOnlyList<GrainPump> Pumps =>
        [.. _pumps.ToArray().Select(pair => pair.Value)
            .OrderBy(pump => pump.Partition.Topic, StringComparer.Ordinal).ThenBy(pump => pump.Partition.Partition)];

    /// <summary>Whether a partition is read here.</summary>
    public bool Reads(TopicPartition partition) => _pumps.ContainsKey(partition);

    public void SignIn(GrainPump pump) => _pumps[pump.Partition] = pump;

    public void SignOut(GrainPump pump) =>
        _pumps.TryRemove(new KeyValuePair<TopicPartition, GrainPump>(pump.Partition, pump));

    /// <inheritdoc/>
    public FeedStanding Of(string topic, int? partition, string key, string source)
    {
        if (partition is not { } number)
            return WorstOf(topic, key, source);
        var place = new TopicPartition(topic, number);
        return _pumps.TryGetValue(place, out var pump) ? Of(pump, key, source) : NotRead(place);
    }

    /// <inheritdoc/>
    public FeedStanding OfStored(string topic, string key, string source)
    {
        var home = new TopicPartition(topic, Murmur2Partitioner.PartitionOf(Encoding.UTF8.GetBytes(key), partitions(topic)));
        // Where it was fed from counts more than where it should be: others may write to the topic by another rule.
        var feeding = _pumps.GetValueOrDefault(home);
        if (feeding?.Ledger.FindLane(key) is null)
            feeding = Pumps.FirstOrDefault(pump => pump.Partition.Topic == topic && pump.Ledger.FindLane(key) is not null) ?? feeding;
        return feeding is { } pump ? Of(pump, key, source, stored: true) : NotRead(home);
    }

    private static FeedStanding NotRead(TopicPartition partition) =>
        new(null, SourceUp: true, Stalled: false, Parked: false, $"{partition} is not read here.");

    private FeedStanding WorstOf(string topic, string key, string source)
    {
        FeedStanding? worst = null;
        foreach (var pump in Pumps)
        {
            if (pump.Partition.Topic != topic)
                continue;
            var standing = Of(pump, key, source);
            if (standing.Delivered is { Through: >= 0 })
                // It was fed after all, and by this one.
                return standing;
            if (worst is null || standing.Watermark is null || standing.Watermark < worst.Value.Watermark)
                worst = standing;
        }
        return worst ?? new FeedStanding(null, SourceUp: true, Stalled: false, Parked: false, $"{topic} is not read here.");
    }

    private static FeedStanding Of(GrainPump pump, string key, string source, bool stored = false)
    {
        // In this order: a record read before the watermark is in its lane before the watermark is seen here.
        var newest = pump.Watermarks.Newest(source);
        var ledger = pump.Ledger;
        var lane = ledger.FindLane(key);
        var reached = pump.Watermarks.Before(source, (stored ? lane?.FirstUnstored : lane?.FirstUnapplied) ?? long.MaxValue, key);
        // After the lane's first unapplied record, and the epoch last of all: what they are said of must be at least as new.
        var delivered = new FeedDelivery(pump.Partition.Partition, pump.LogId, lane?.Reached ?? -1, pump.Epoch);
        // Never beyond what was seen first: a watermark that came in since may stand after records unknown above.
        var watermark = reached is { } mark && newest is { } limit && mark.Through <= limit.Through ? mark.Through : newest?.Through;
        if (reached is null)
            watermark = null;
        // The link is up, but of this key nobody knows what it published while it was down.
        var isOf = newest?.IsOf(key) ?? true;
        var stall = pump.StallReason ?? (pump.Pause is null ? lane?.StallReason : "An operator has paused its partition.");
        var reason = lane is { Parked: true } ? "The key is parked: its records wait for an operator."
            : stall ?? (newest is { Up: false } ? newest.Reason : isOf ? null : "It was not asked for yet since the link was down.");
        FeedLoss? loss = pump.Loss is { } lost && !(stored && pump.IsKnownPast(key))
            ? new FeedLoss(pump.RowKey.LogId, pump.Partition.Partition, lost.From, lost.To, lost.At)
            : null;
        return new FeedStanding(
            watermark, (newest?.Up ?? true) && isOf, stall is not null, lane is { Parked: true }, reason, loss, delivered);
    }
}
