using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Instruments;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Rendering;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Operations;

namespace StreamForge.ClientApi.Operations;

/// <summary>The addresses of parked keys: which there are, and to let one go on.</summary>
internal sealed class ParkedEndpoints
{
    private const int MaxTopic = 249;
    private const int MaxCursor = 4_096;

    private static readonly PathParameter Key = new("key", "The key, percent-encoded.");

    private readonly IGrainFactory _grains;
    private readonly OrderDesk _orders;
    private readonly TimeProvider _time;
    private readonly ClientApiOptions _options;
    private readonly TextParameter _topic = new("topic", MaxTopic, "Only keys of this topic.");
    private readonly TextParameter _cursor = new("cursor", MaxCursor, "'next' of the page before.");
    private readonly NumberParameter _limit;

    public ParkedEndpoints(IGrainFactory grains, OrderDesk orders, IOptions<ClientApiOptions> options, TimeProvider time)
    {
        (_grains, _orders, _time, _options) = (grains, orders, time, options.Value);
        _limit = new("limit", 1, _options.MaxPage, _options.DefaultLimit, "At most so many.");
        List = new("listParked", "Keys that wait for an operator, in order of topic, partition and key.", _topic, _cursor, _limit)
        {
            Document = typeof(ParkedPageDocument),
            Scope = ApiScope.Operator,
            Problems = [StatusCodes.Status503ServiceUnavailable],
        };
    }

    public ApiRoute List { get; }

    public ApiRoute Unpark { get; } = OrderDesk.Route(
        "unpark", "Lets a parked key go on: it is read again from where it was parked.", PathParameter.Topic, PathParameter.Partition, Key);

    public async Task GetList(HttpContext context)
    {
        var problem = RequestCheck.Check(context, List, _options.MaxQueryLength, out var values);
        if (problem is not null || !TryReadQuery(values, out var query, out problem))
        {
            await ProblemResponse.Write(context, problem!);
            return;
        }
        var page = await Operations.Parked(query).AsTask().WaitAsync(_options.GrainTimeout, _time);
        context.Response.Headers.CacheControl = "no-store";
        var next = page is { HasMore: true, Items: [.., var last] }
            ? Cursor.Write(string.Create(CultureInfo.InvariantCulture, $"{last.Topic}/{last.Partition}/{last.Key}"))
            : null;
        await JsonResponse.Write(context, DocumentJson.Default.ParkedPageDocument, new ParkedPageDocument(page.Items, page.Total, next));
    }

    public Task PostUnpark(HttpContext context) => _orders.Take(context, Unpark, order =>
        PathParameter.Partition.NumberOf(context) is { } partition
            ? Operations.Unpark(new ParkedPlace(PathParameter.Topic.Of(context), partition, Key.Of(context)), order)
            : ValueTask.FromResult(OrderDesk.NoPartition));

    private IOperationsGrain Operations => _grains.GetGrain<IOperationsGrain>("all");

    private bool TryReadQuery(in QueryValues values, out ParkedQuery query, out ApiProblem? problem)
    {
        query = new ParkedQuery();
        if (!_topic.TryRead(values, out var topic, out problem)
            || !_cursor.TryRead(values, out var cursor, out problem)
            || !_limit.TryRead(values, out var limit, out problem))
            return false;
        ParkedPlace? after = null;
        if (cursor is not null && (after = PlaceOf(cursor)) is null)
            problem = ApiProblem.InvalidParameter(_cursor.Name, "The cursor is not 'next' of a page.");
        query = new ParkedQuery(topic, after, (int)(limit ?? _limit.Default)!);
        return problem is null;
    }

    private static ParkedPlace? PlaceOf(string cursor) =>
        Cursor.TryReadText(cursor, out var text) && text.Split('/', 3) is [var topic, var number, var key]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            ? new ParkedPlace(topic, partition, key)
            : null;
}
