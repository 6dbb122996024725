using System.Globalization;
using Microsoft.AspNetCore.Http;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Instruments;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Operations;

namespace StreamForge.ClientApi.Operations;

/// <summary>The addresses of parked keys: which there are, and to let one go on.</summary>
internal sealed class ParkedEndpoints
{
    private const int MaxCursor = 4_096;

    private static readonly PathParameter Key = new("key", "The key, percent-encoded.");

    private readonly IGrainFactory _grains;
    private readonly OrderDesk _orders;
    private readonly ListDesk _desk;
    private readonly TextParameter _topic = new("topic", CommonParameters.MaxTopic, "Only keys of this topic.");
    private readonly TextParameter _cursor = new("cursor", MaxCursor, "'next' of the page before.");

    public ParkedEndpoints(IGrainFactory grains, OrderDesk orders, ListDesk desk)
    {
        (_grains, _orders, _desk) = (grains, orders, desk);
        List = desk.Route<ParkedPageDocument>(
            "listParked", "Keys that wait for an operator, in order of topic, partition and key.", _topic, _cursor) with
        { Scope = ApiScope.Operator };
    }

    public ApiRoute List { get; }

    public ApiRoute Unpark { get; } = OrderDesk.Route(
        "unpark", "Lets a parked key go on: it is read again from where it was parked.", PathParameter.Topic, PathParameter.Partition, Key) with
    { MayGoOn = true };

    public Task GetList(HttpContext context) => _desk.Answer<ParkedQuery, ParkedPageDocument>(
        context, List, TryReadQuery, async query => DocumentOf(await Operations.Parked(query)),
        DocumentJson.Default.ParkedPageDocument);

    public Task PostUnpark(HttpContext context) => _orders.Take(context, Unpark, order =>
        PathParameter.Partition.NumberOf(context) is { } partition
            ? Operations.Unpark(new ParkedPlace(PathParameter.Topic.Of(context), partition, Key.TextOf(context, 1)), order)
            : ValueTask.FromResult(OrderDesk.NoPartition));

    private IOperationsGrain Operations => _grains.GetGrain<IOperationsGrain>("all");

    private bool TryReadQuery(in QueryValues values, out ParkedQuery query, out ApiProblem? problem)
    {
        query = new ParkedQuery();
        if (!_topic.TryRead(values, out var topic, out problem)
            || !_cursor.TryRead(values, out var cursor, out problem)
            || !_desk.TryReadLimit(values, out var limit, out problem))
            return false;
        ParkedPlace? after = null;
        if (cursor is not null && (after = PlaceOf(cursor)) is null)
            problem = ApiProblem.InvalidParameter(_cursor.Name, "The cursor is not 'next' of a page.");
        query = new ParkedQuery(topic, after, limit);
        return problem is null;
    }

    private static ParkedPageDocument DocumentOf(ParkedPage page) => new(page.Items, page.Total, NextOf(page));

    private static string? NextOf(ParkedPage page) => page is { HasMore: true, Items: [.., var last] }
        ? Cursor.Write(string.Create(CultureInfo.InvariantCulture, $"{last.Topic}/{last.Partition}/{last.Key}"))
        : null;

    private static ParkedPlace? PlaceOf(string cursor) =>
        Cursor.TryReadText(cursor, out var text) && text.Split('/', 3) is [var topic, var number, var key]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            ? new ParkedPlace(topic, partition, key)
            : null;
}
