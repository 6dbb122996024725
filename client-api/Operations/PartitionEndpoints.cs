using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Instruments;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Rendering;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;

namespace StreamForge.ClientApi.Operations;

/// <summary>The addresses of partitions: how they stand, and to hold them and let them go on.</summary>
internal sealed class PartitionEndpoints
{
    private const int MaxTopic = 249;

    private readonly IGrainFactory _grains;
    private readonly OrderDesk _orders;
    private readonly TimeProvider _time;
    private readonly ClientApiOptions _options;
    private readonly TextParameter _topic = new("topic", MaxTopic, "Only partitions of this topic.");
    private readonly WordParameter<PartitionState> _status = new(
        "status", Enum.GetValues<PartitionState>().ToDictionary(OperationWords.Of), null, "Only partitions that stand so.");
    private readonly TextParameter _cursor = new("cursor", Cursor.MaxLengthOf(MaxTopic + 6), "'next' of the page before.");
    private readonly NumberParameter _limit;

    public PartitionEndpoints(IGrainFactory grains, OrderDesk orders, IOptions<ClientApiOptions> options, TimeProvider time)
    {
        (_grains, _orders, _time, _options) = (grains, orders, time, options.Value);
        _limit = new("limit", 1, _options.MaxPage, _options.DefaultLimit, "At most so many.");
        List = new("listPartitions", "Partitions: owner, epoch, lag, rate, watermark, pauses.", _topic, _status, _cursor, _limit)
        { Document = typeof(PartitionPageDocument), Problems = [StatusCodes.Status503ServiceUnavailable] };
    }

    public ApiRoute List { get; }

    public ApiRoute Pause { get; } = OrderDesk.Route(
        "pausePartition", "Nothing new of the partition is delivered until it is resumed.", PathParameter.Topic, PathParameter.Partition);

    public ApiRoute Resume { get; } = OrderDesk.Route(
        "resumePartition", "Ends a pause.", PathParameter.Topic, PathParameter.Partition);

    public async Task GetList(HttpContext context)
    {
        var problem = RequestCheck.Check(context, List, _options.MaxQueryLength, out var values);
        string? topic = null, cursor = null, after = null;
        PartitionState? status = null;
        long? limit = null;
        if (problem is null && _topic.TryRead(values, out topic, out problem) && _status.TryRead(values, out status, out problem)
            && _cursor.TryRead(values, out cursor, out problem))
            _limit.TryRead(values, out limit, out problem);
        if (problem is null && cursor is not null && !Cursor.TryReadText(cursor, out after))
            problem = ApiProblem.InvalidParameter(_cursor.Name, "The cursor is not 'next' of a page.");
        if (problem is not null)
        {
            await ProblemResponse.Write(context, problem);
            return;
        }
        var all = await Operations.Partitions().AsTask().WaitAsync(_options.GrainTimeout, _time);
        context.Response.Headers.CacheControl = "no-store";
        await JsonResponse.Write(
            context, DocumentJson.Default.PartitionPageDocument, PageOf(all, topic, status, after, (int)(limit ?? _limit.Default)!));
    }

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

    private static PartitionPageDocument PageOf(
        ImmutableArray<PartitionStatus> all, string? topic, PartitionState? status, string? after, int limit)
    {
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
}
