using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Instruments;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;

namespace StreamForge.ClientApi.Operations;

/// <summary>The addresses of partitions: how they stand, and to hold them and let them go on.</summary>
internal sealed class PartitionEndpoints
{
    private readonly IGrainFactory _grains;
    private readonly OrderDesk _orders;
    private readonly ListDesk _desk;
    private readonly TextParameter _topic = new("topic", CommonParameters.MaxTopic, "Only partitions of this topic.");
    private readonly WordParameter<PartitionState> _status = new(
        "status", Enum.GetValues<PartitionState>().ToDictionary(OperationWords.Of), null, "Only partitions that stand so.");
    private readonly TextParameter _cursor = new("cursor", Cursor.MaxLengthOf(CommonParameters.MaxTopic + 6), "'next' of the page before.");

    public PartitionEndpoints(IGrainFactory grains, OrderDesk orders, ListDesk desk)
    {
        (_grains, _orders, _desk) = (grains, orders, desk);
        List = desk.Route<PartitionPageDocument>(
            "listPartitions", "Partitions: owner, epoch, lag, rate, watermark, pauses.", _topic, _status, _cursor);
    }

    public ApiRoute List { get; }

    public ApiRoute Pause { get; } = OrderDesk.Route(
        "pausePartition", "Nothing new of the partition is delivered until it is resumed.", PathParameter.Topic, PathParameter.Partition);

    public ApiRoute Resume { get; } = OrderDesk.Route(
        "resumePartition", "Ends a pause.", PathParameter.Topic, PathParameter.Partition);

    public Task GetList(HttpContext context) => _desk.Answer<PartitionQuery, PartitionPageDocument>(
        context, List, TryReadQuery, async query => PageOf(await Operations.Partitions(), query),
        DocumentJson.Default.PartitionPageDocument);

    public Task PostPause(HttpContext context) => Take(context, Pause, Operations.Pause);

    public Task PostResume(HttpContext context) => Take(context, Resume, Operations.Resume);

    private IOperationsGrain Operations => _grains.GetGrain<IOperationsGrain>("all");

    private Task Take(HttpContext context, ApiRoute route, Func<string, int, OperatorOrder, ValueTask<OrderAnswer>> give) =>
        _orders.Take(context, route, order =>
            PathParameter.Partition.NumberOf(context) is { } partition
                ? give(PathParameter.Topic.Of(context), partition, order)
                : ValueTask.FromResult(OrderDesk.NoPartition));

    /// <summary>Names in the order of the answers: the number with leading zeros.</summary>
    private static string NameOf(PartitionStatus row) => string.Create(null, $"{row.Topic}/{row.Partition:D5}");

    private bool TryReadQuery(in QueryValues values, out PartitionQuery query, out ApiProblem? problem)
    {
        query = default;
        string? after = null;
        if (!_topic.TryRead(values, out var topic, out problem)
            || !_status.TryRead(values, out var status, out problem)
            || !_cursor.TryRead(values, out var cursor, out problem)
            || !_desk.TryReadLimit(values, out var limit, out problem))
            return false;
        if (cursor is not null && !Cursor.TryReadText(cursor, out after))
            problem = ApiProblem.InvalidParameter(_cursor.Name, "The cursor is not 'next' of a page.");
        query = new PartitionQuery(topic, status, after, limit);
        return problem is null;
    }

    private static PartitionPageDocument PageOf(ImmutableArray<PartitionStatus> all, in PartitionQuery query)
    {
        var (topic, status, after, limit) = query;
        var found = all
            .Where(row => topic is null || row.Topic == topic)
            .Where(row => status is null || OperationWords.StateOf(row) == status)
            .Where(row => after is null || string.CompareOrdinal(NameOf(row), after) > 0)
            .OrderBy(NameOf, StringComparer.Ordinal)
            .Take(limit + 1)
            .ToImmutableArray();
        return new PartitionPageDocument(
            [.. found.Take(limit).Select(DocumentOf)], found.Length > limit ? Cursor.Write(NameOf(found[limit - 1])) : null);
    }

    private static PartitionDocument DocumentOf(PartitionStatus row) => new(
        row.Topic, row.Partition, row.Group, OperationWords.Of(OperationWords.StateOf(row)), row.Owner, row.Epoch, row.ReadPosition,
        row.LowWater, row.LogEnd, row.Lag, row.Rate, row.Watermark, row.StallReason, row.Loss, row.Paused);

    /// <param name="After">The name of the last one of the page before.</param>
    private readonly record struct PartitionQuery(string? Topic, PartitionState? Status, string? After, int Limit);
}
