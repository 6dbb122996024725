using System.Globalization;
using Microsoft.AspNetCore.Http;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Operations;

namespace StreamForge.ClientApi.Operations;

/// <summary>The address of the orders that were given.</summary>
internal sealed class ActionEndpoint
{
    private readonly IGrainFactory _grains;
    private readonly ListDesk _desk;
    private readonly TextParameter _by = new("by", OperatorOrder.MaxBy, "Only what this one ordered.");
    private readonly WordParameter<OrderVerb> _what = new(
        "what", Enum.GetValues<OrderVerb>().ToDictionary(Word), null, "Only orders of this kind.");
    private readonly NumberParameter _cursor = new("cursor", 1, long.MaxValue, null, "'next' of the page before.");

    public ActionEndpoint(IGrainFactory grains, ListDesk desk)
    {
        (_grains, _desk) = (grains, desk);
        List = desk.Route<ActionPageDocument>(
            "listOperatorActions", "Every order that was given, the newest first: who, when, what, why, and what became of it.",
            _what, _by, _cursor) with
        { Scope = ApiScope.Operator };
    }

    public ApiRoute List { get; }

    public Task GetList(HttpContext context) => _desk.Answer<ActionQuery, ActionPageDocument>(
        context, List, TryReadQuery, async query => DocumentOf(await _grains.GetGrain<IOperationsGrain>("all").Actions(query)),
        DocumentJson.Default.ActionPageDocument);

    private bool TryReadQuery(in QueryValues values, out ActionQuery query, out ApiProblem? problem)
    {
        query = new ActionQuery();
        if (!_what.TryRead(values, out var what, out problem)
            || !_by.TryRead(values, out var by, out problem)
            || !_cursor.TryRead(values, out var before, out problem)
            || !_desk.TryReadLimit(values, out var limit, out problem))
            return false;
        query = new ActionQuery(before, what is { } verb ? Word(verb) : null, by, limit);
        return true;
    }

    private static string Word(OrderVerb verb) => verb.ToString().ToLowerInvariant();

    private static ActionPageDocument DocumentOf(ActionPage page) =>
        new([.. page.Items.Select(DocumentOf)], page.Next?.ToString(CultureInfo.InvariantCulture));

    private static ActionDocument DocumentOf(OperatorAction action) => new(
        action.Number, action.At, action.By, action.What, action.Target, action.Reason, action.End?.At,
        action.End is { } end ? OperationWords.Of(end.Outcome) : null, action.End?.Detail);

    private enum OrderVerb
    {
        Pause,
        Resume,
        Unpark,
        Replay,
        Discard,
    }
}
