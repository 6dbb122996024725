using System.Text;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Simulation.World;

/// <summary>
/// How partitions stand, over all nodes that can be heard: the pump of the highest epoch answers, wherever it runs. A stand-in for
/// what nodes tell each other; what each tells is the platform's own board.
/// </summary>
internal sealed class ClusterStandings(Func<IEnumerable<FeedBoard>> boards, int partitions, Ailments ailments) : IFeedStandings
{
    public FeedStanding Of(string topic, int? partition, string key, string source)
    {
        ailments.ThrowIn(key);
        if (partition is not { } number)
            return WorstOf(topic, key, source);
        var place = new TopicPartition(topic, number);
        return BoardOf(place)?.Of(topic, number, key, source) ?? NotRead(place);
    }

    public FeedStanding OfStored(string topic, string key, string source)
    {
        var home = new TopicPartition(topic, Murmur2Partitioner.PartitionOf(Encoding.UTF8.GetBytes(key), partitions));
        return BoardOf(home)?.OfStored(topic, key, source) ?? NotRead(home);
    }

    private FeedBoard? BoardOf(TopicPartition partition)
    {
        FeedBoard? best = null;
        var epoch = -1L;
        foreach (var board in boards())
            foreach (var pump in board.Pumps)
                if (pump.Partition == partition && pump.Epoch > epoch)
                    (best, epoch) = (board, pump.Epoch);
        return best;
    }

    private static FeedStanding NotRead(TopicPartition partition) =>
        new(null, SourceUp: true, Stalled: false, Parked: false, $"{partition} is not read anywhere.");

    /// <summary>Of a key that was never fed: it may come from any partition, so all of them must be vouched for.</summary>
    private FeedStanding WorstOf(string topic, string key, string source)
    {
        FeedStanding? worst = null;
        for (var partition = 0; partition < partitions; partition++)
        {
            var standing = Of(topic, partition, key, source);
            if (standing.Delivered is { Through: >= 0 })
                return standing;
            if (worst is null || standing.Watermark is null || standing.Watermark < worst.Value.Watermark)
                worst = standing;
        }

        return worst!.Value;
    }
}
