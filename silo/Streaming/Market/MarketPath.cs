using Microsoft.Extensions.Options;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Streaming.Market;

/// <summary>The market's path: the parser derives canonical events from raw frames, and those feed instruments.</summary>
internal sealed class MarketPath : IPath
{
    public MarketPath(IGrainFactory grains, IOptions<PipelineOptions> options)
    {
        var topics = options.Value;
        var derivation = new MarketDerivation();
        var feeds = new Dictionary<string, IGrainFeed>(StringComparer.Ordinal)
        {
            [Topics.MarketDepth] = new MarketFeed(Topics.MarketDepth, grains),
            [Topics.MarketTrades] = new MarketFeed(Topics.MarketTrades, grains),
        };
        Groups =
        [
            new PathGroup(
                topics.ParserGroup, [topics.Topic(Topics.RawMarket)], FeedsGrains: false,
                (partition, services) => new DerivationPump(partition, services, derivation)),
            new PathGroup(
                topics.InstrumentGroup, [topics.Topic(Topics.MarketDepth), topics.Topic(Topics.MarketTrades)], FeedsGrains: true,
                (partition, services) => new GrainPump(partition, services, feeds[partition.Partition.Topic])),
        ];
    }

    public IReadOnlyList<PathGroup> Groups { get; }
}
