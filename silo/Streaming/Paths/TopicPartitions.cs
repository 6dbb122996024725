namespace StreamForge.Silo.Streaming.Paths;

/// <summary>How many partitions each topic of this process' paths has.</summary>
internal sealed class TopicPartitions(IEnumerable<IPath> paths)
{
    private readonly Dictionary<string, int> _counts = paths
        .SelectMany(path => path.Groups).SelectMany(group => group.Topics)
        .ToDictionary(topic => topic.Name, topic => topic.Partitions, StringComparer.Ordinal);

    /// <exception cref="KeyNotFoundException">No path has the topic.</exception>
    public int Of(string topic) => _counts[topic];
}
