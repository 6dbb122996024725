using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Rendering;

namespace StreamForge.ClientApi.Requests;

/// <summary>Reads what a list is asked for.</summary>
/// <returns>False, with the problem, where it cannot be asked for.</returns>
internal delegate bool QueryReader<TQuery>(in QueryValues values, out TQuery query, out ApiProblem? problem);

/// <summary>Answers requests for a page of a list: checks what they say, asks, and writes what came.</summary>
internal sealed class ListDesk(IOptions<ClientApiOptions> options, TimeProvider time)
{
    private readonly ClientApiOptions _options = options.Value;
    private readonly NumberParameter _limit =
        new("limit", 1, options.Value.MaxPage, options.Value.DefaultLimit, "At most so many.");

    /// <summary>The route of a list; its last parameter is the page's size.</summary>
    public ApiRoute Route<TDocument>(string name, string summary, params IEnumerable<ApiParameter> parameters) =>
        new(name, summary, [.. parameters, _limit])
        {
            Document = typeof(TDocument),
            Problems = [StatusCodes.Status503ServiceUnavailable],
        };

    /// <summary>Reads the page's size.</summary>
    public bool TryReadLimit(in QueryValues values, out int limit, out ApiProblem? problem)
    {
        var well = _limit.TryRead(values, out var given, out problem);
        limit = (int)(given ?? _limit.Default)!;
        return well;
    }

    /// <summary>Answers one request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="route">Its address, made by <see cref="Route"/>.</param>
    /// <param name="read">Reads the query.</param>
    /// <param name="ask">Asks for the page; waited for no longer than <see cref="ClientApiOptions.GrainTimeout"/>.</param>
    /// <param name="type">The answer's form.</param>
    /// <param name="caching">What others may do with the answer.</param>
    public async Task Answer<TQuery, TDocument>(
        HttpContext context, ApiRoute route, QueryReader<TQuery> read, Func<TQuery, Task<TDocument>> ask,
        JsonTypeInfo<TDocument> type, string caching = "no-store")
    {
        var problem = RequestCheck.Check(context, route, _options.MaxQueryLength, out var values);
        if (problem is not null || !read(values, out var query, out problem))
        {
            await ProblemResponse.Write(context, problem!);
            return;
        }
        var page = await ask(query).WaitAsync(_options.GrainTimeout, time);
        context.Response.Headers.CacheControl = caching;
        await JsonResponse.Write(context, type, page);
    }
}
