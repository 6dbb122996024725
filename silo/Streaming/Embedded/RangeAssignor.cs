namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>
/// Shares partitions between members: each gets a run of partition numbers, the first ones one more where they do not divide
/// evenly, as Kafka's range assignor does. Topics of equal counts and equal readers are so shared together.
/// </summary>
internal static class RangeAssignor
{
    /// <param name="topics">Topics with their count of partitions.</param>
    /// <param name="members">Members in a stable order, with the topics that each reads.</param>
    /// <returns>For each member, what it shall own.</returns>
    public static IReadOnlyList<HashSet<TopicPartition>> Assign(
        IReadOnlyList<(string Topic, int Partitions)> topics, IReadOnlyList<IReadOnlyList<string>> members)
    {
        var owned = members.Select(_ => new HashSet<TopicPartition>()).ToList();
        foreach (var (topic, partitions) in topics)
        {
            var readers = Enumerable.Range(0, members.Count).Where(m => members[m].Contains(topic, StringComparer.Ordinal)).ToList();
            for (var r = 0; r < readers.Count; r++)
                for (var p = Bound(r); p < Bound(r + 1); p++)
                    owned[readers[r]].Add(new TopicPartition(topic, p));

            int Bound(int reader) => (reader * (partitions / readers.Count)) + Math.Min(reader, partitions % readers.Count);
        }

        return owned;
    }
}
