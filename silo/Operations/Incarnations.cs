using StreamForge.Contracts.Integrity;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;

namespace StreamForge.Silo.Operations;

/// <summary>Which stored row of a partition counts: a topic that was made anew has rows of each log that it had.</summary>
internal static class Incarnations
{
    /// <summary>Of each group's partition the row that was taken over last.</summary>
    public static Dictionary<(string Group, TopicPartition Place), PartitionRow> Newest(IReadOnlyList<PartitionRow> stored) => stored
        .GroupBy(row => (row.Key.Group, new TopicPartition(row.Key.Topic, row.Key.Partition)))
        .ToDictionary(rows => rows.Key, rows => rows.MaxBy(row => row.UpdatedAt)!);
}
