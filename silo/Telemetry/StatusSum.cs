using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;

namespace StreamForge.Silo.Telemetry;

/// <summary>Makes one word of what several processes say of themselves.</summary>
internal static class StatusSum
{
    /// <param name="parts">At least one. <see cref="PlatformStatus.Ready"/> of the sum is for the caller to judge.</param>
    public static PlatformStatus Of(IReadOnlyList<PlatformStatus> parts) => new()
    {
        Engine = parts[0].Engine,
        StartedAt = parts.Min(part => part.StartedAt),
        // Who lost a partition may not know it yet: the highest epoch has the word.
        Partitions = [.. parts.SelectMany(part => part.Partitions)
            .GroupBy(row => (row.Group, row.Topic, row.Partition))
            .Select(rows => rows.MaxBy(row => row.Epoch)!)
            .OrderBy(row => row.Group, StringComparer.Ordinal).ThenBy(row => row.Topic, StringComparer.Ordinal).ThenBy(row => row.Partition)],
        Events = parts.Select(part => part.Events).Aggregate(Sum),
        OpenGaps = parts.Sum(part => part.OpenGaps),
        Repairs = parts.Select(part => part.Repairs).Aggregate(Sum),
        Parked = [.. parts.SelectMany(part => part.Parked).DistinctBy(key => (key.Group, key.Topic, key.Partition, key.Key))],
        DeadLetters = parts.Sum(part => part.DeadLetters),
        Sources = SourcesOf(parts),
        Ready = false,
    };

    /// <summary>Up only where all say so, and as far as the one that is furthest behind.</summary>
    private static ImmutableArray<SourceStatus> SourcesOf(IReadOnlyList<PlatformStatus> parts) =>
        [.. parts.SelectMany(part => part.Sources)
            .GroupBy(word => word.Source, StringComparer.Ordinal)
            .OrderBy(words => words.Key, StringComparer.Ordinal)
            .Select(words => new SourceStatus
            {
                Source = words.Key,
                Up = words.All(word => word.Up),
                Watermark = words.Min(word => word.Watermark),
                Reason = words.Select(word => word.Reason).FirstOrDefault(reason => reason is not null),
            })];

    private static EventTotals Sum(EventTotals a, EventTotals b) => new()
    {
        In = a.In + b.In,
        Applied = a.Applied + b.Applied,
        Duplicate = a.Duplicate + b.Duplicate,
        Filtered = a.Filtered + b.Filtered,
        Superseded = a.Superseded + b.Superseded,
        DeadLettered = a.DeadLettered + b.DeadLettered,
    };

    private static RepairTotals Sum(RepairTotals a, RepairTotals b) => new()
    {
        Gaps = a.Gaps + b.Gaps,
        Requested = a.Requested + b.Requested,
        Failed = a.Failed + b.Failed,
        Closed = a.Closed + b.Closed,
    };
}
