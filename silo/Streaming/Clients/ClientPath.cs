using Microsoft.Extensions.Options;
using StreamForge.Contracts.Clients;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Streaming.Clients;

/// <summary>The bank's path: what its systems publish feeds clients, one group for all topics, so that they are assigned together.</summary>
internal sealed class ClientPath : IPath
{
    public ClientPath(IGrainFactory grains, IOptions<ClientPathOptions> options)
    {
        var path = options.Value;
        var filter = new PostingFilter(path.KeepPostingMonths);
        var feeds = ClientTopics.All.ToDictionary(topic => topic, topic => new ClientFeed(topic, filter, grains), StringComparer.Ordinal);
        Groups =
        [
            new PathGroup(
                path.ClientGroup, [.. ClientTopics.All.Select(path.Topic)], FeedsGrains: true,
                (partition, services) => new GrainPump(partition, services, feeds[partition.Partition.Topic])),
        ];
    }

    public IReadOnlyList<PathGroup> Groups { get; }
}
