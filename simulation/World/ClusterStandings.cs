using StreamForge.Grains.Integrity;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Simulation.World;

/// <summary>
/// How partitions stand, over all nodes that can be heard: the pump of the highest epoch answers, wherever it runs. A stand-in for
/// what nodes tell each other; what each tells is the platform's own board.
/// </summary>
internal sealed class ClusterStandings(Func<IEnumerable<FeedBoard>> boards, int partitions) : IFeedStandings
{
    public FeedStanding Of(string topic, int? partition, string key, string source)
    {
        if (partition is not { } number)
            return WorstOf(topic, key, source);
        FeedBoard? best = null;
        var epoch = -1L;
        foreach (var board in boards())
            foreach (var pump in board.Pumps)
                if (pump.Partition == new TopicPartition(topic, number) && pump.Epoch > epoch)
                    (best, epoch) = (board, pump.Epoch);
        return best is not null
            ? best.Of(topic, number, key, source)
            : new FeedStanding(null, SourceUp: true, Stalled: false, Parked: false, $"{topic}/{number} is not read anywhere.");
    }

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
