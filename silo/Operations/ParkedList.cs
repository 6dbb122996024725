using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;

namespace StreamForge.Silo.Operations;

/// <summary>Which parked keys count, and which of them a page shows.</summary>
internal static class ParkedList
{
    /// <param name="partitions">The stored rows of partitions.</param>
    /// <param name="parked">The stored rows of parked keys.</param>
    public static ParkedPage Of(
        IReadOnlyList<PartitionRow> partitions, IReadOnlyList<(PartitionKey Partition, ParkedRow Row)> parked, ParkedQuery query)
    {
        // What was parked of an earlier incarnation of a topic is void.
        var current = Incarnations.Newest(partitions).Values.Select(row => row.Key).ToHashSet();
        var found = parked
            .Where(at => current.Contains(at.Partition) && (query.Topic is null || at.Partition.Topic == query.Topic))
            .OrderBy(PlaceOf)
            .ToList();
        var page = found.Where(at => query.After is not { } after || PlaceOf(at) > after).Take(query.Limit + 1).ToList();
        return new ParkedPage([.. page.Take(query.Limit).Select(KeyOf)], found.Count, page.Count > query.Limit);
    }

    private static ParkedPlace PlaceOf((PartitionKey Partition, ParkedRow Row) at) => new(at.Partition.Topic, at.Partition.Partition, at.Row.Key);

    private static ParkedKey KeyOf((PartitionKey Partition, ParkedRow Row) at) => new()
    {
        Group = at.Partition.Group,
        Topic = at.Partition.Topic,
        Partition = at.Partition.Partition,
        Key = at.Row.Key,
        FromOffset = at.Row.FromOffset,
        Reason = at.Row.Reason,
        ParkedAt = at.Row.ParkedAt,
    };
}
