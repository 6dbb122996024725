using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;

namespace StreamForge.Silo.Operations;

/// <summary>Puts together what is known of every partition: what its reader says, what is stored of it, what operators have paused.</summary>
internal static class PartitionList
{
    /// <param name="expected">All that there are, in the order of the answer, each with the group that reads it.</param>
    /// <param name="read">What those say that read one now.</param>
    /// <param name="stored">The stored rows: of several incarnations of a topic the one that was taken over last counts.</param>
    /// <param name="paused">What is stored of pauses.</param>
    public static ImmutableArray<PartitionStatus> Of(
        IEnumerable<(string Group, TopicPartition Place)> expected,
        IReadOnlyList<PartitionStatus> read,
        IReadOnlyList<PartitionRow> stored,
        IReadOnlyList<PausedPartition> paused)
    {
        var readers = read.ToDictionary(row => (row.Group, new TopicPartition(row.Topic, row.Partition)));
        var rows = Incarnations.Newest(stored);
        var pauses = paused.ToDictionary(row => new TopicPartition(row.Topic, row.Partition), row => row.Pause);
        return
        [
            .. expected.Select(at => (readers.GetValueOrDefault(at) ?? Unread(at.Group, at.Place, rows.GetValueOrDefault(at))) with
            {
                // What is stored is what holds: its reader may not have heard of it yet.
                Paused = pauses.GetValueOrDefault(at.Place),
            }),
        ];
    }

    private static PartitionStatus Unread(string group, TopicPartition place, PartitionRow? row) => new()
    {
        Group = group,
        Topic = place.Topic,
        Partition = place.Partition,
        Epoch = 0,
        ReadPosition = row?.LowWater ?? 0,
        LowWater = row?.LowWater ?? 0,
        LogEnd = row?.LowWater ?? 0,
        Lag = 0,
        Owner = row?.Owner,
        Loss = row?.Loss,
    };
}
