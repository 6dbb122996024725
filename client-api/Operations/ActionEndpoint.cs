using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Rendering;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Operations;

namespace StreamForge.ClientApi.Operations;

/// <summary>The address of the orders that were given.</summary>
internal sealed class ActionEndpoint
{
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ClientApiOptions _options;
    private readonly TextParameter _by = new("by", OperatorOrder.MaxBy, "Only what this one ordered.");
    private readonly WordParameter<OrderVerb> _what = new(
        "what", Enum.GetValues<OrderVerb>().ToDictionary(Word), null, "Only orders of this kind.");
    private readonly NumberParameter _cursor = new("cursor", 1, long.MaxValue, null, "'next' of the page before.");
    private readonly NumberParameter _limit;

    public ActionEndpoint(IGrainFactory grains, IOptions<ClientApiOptions> options, TimeProvider time)
    {
        (_grains, _time, _options) = (grains, time, options.Value);
        _limit = new("limit", 1, _options.MaxPage, _options.DefaultLimit, "At most so many.");
        List = new("listOperatorActions", "Every order that was given, the newest first: who, when, what, why, and what became of it.",
            _what, _by, _cursor, _limit)
        {
            Document = typeof(ActionPageDocument),
            Scope = ApiScope.Operator,
            Problems = [StatusCodes.Status503ServiceUnavailable],
        };
    }

    public ApiRoute List { get; }

    public async Task GetList(HttpContext context)
    {
        var problem = RequestCheck.Check(context, List, _options.MaxQueryLength, out var values);
        if (problem is not null || !TryReadQuery(values, out var query, out problem))
        {
            await ProblemResponse.Write(context, problem!);
            return;
        }
        var page = await _grains.GetGrain<IOperationsGrain>("all").Actions(query).AsTask().WaitAsync(_options.GrainTimeout, _time);
        context.Response.Headers.CacheControl = "no-store";
        await JsonResponse.Write(context, DocumentJson.Default.ActionPageDocument, new ActionPageDocument(
            [.. page.Items.Select(DocumentOf)], page.Next?.ToString(CultureInfo.InvariantCulture)));
    }

    private bool TryReadQuery(in QueryValues values, out ActionQuery query, out ApiProblem? problem)
    {
        query = new ActionQuery();
        if (!_what.TryRead(values, out var what, out problem)
            || !_by.TryRead(values, out var by, out problem)
            || !_cursor.TryRead(values, out var before, out problem)
            || !_limit.TryRead(values, out var limit, out problem))
            return false;
        query = new ActionQuery(before, what is { } verb ? Word(verb) : null, by, (int)(limit ?? _limit.Default)!);
        return true;
    }

    private static string Word(OrderVerb verb) => verb.ToString().ToLowerInvariant();

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
