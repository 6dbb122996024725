using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Rendering;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Instruments;

/// <summary>The address that lists instruments.</summary>
internal sealed class ListEndpoints
{
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ClientApiOptions _options;
    private readonly TextParameter _venue = new("venue", InstrumentId.MaxVenue, "Only instruments of this venue.");
    private readonly TextParameter _cursor = new("cursor", Cursor.MaxLength, "'next' of the page before.");
    private readonly WordParameter<FreshnessStatus> _status =
        new("status", CommonParameters.Statuses, null, "Only instruments that are listed with this status.");
    private readonly NumberParameter _limit;

    public ListEndpoints(IGrainFactory grains, IOptions<ClientApiOptions> options, TimeProvider time)
    {
        (_grains, _time, _options) = (grains, time, options.Value);
        _limit = new("limit", 1, _options.MaxPage, _options.DefaultLimit, "At most so many.");
        List = new("listInstruments", "Instruments in order of name, as of their last checkpoints.", _venue, _status, _cursor, _limit)
        { Document = typeof(InstrumentPageDocument), Problems = [StatusCodes.Status503ServiceUnavailable] };
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
        var page = await _grains.GetGrain<IInstrumentDirectoryGrain>("all").List(query).AsTask().WaitAsync(_options.GrainTimeout, _time);
        context.Response.Headers.CacheControl = "no-cache";
        await JsonResponse.Write(context, DocumentJson.Default.InstrumentPageDocument, DocumentOf(page));
    }

    private bool TryReadQuery(in QueryValues values, out InstrumentQuery query, out ApiProblem? problem)
    {
        query = new InstrumentQuery();
        if (!_venue.TryRead(values, out var venue, out problem)
            || !_status.TryRead(values, out var status, out problem)
            || !_cursor.TryRead(values, out var cursor, out problem)
            || !_limit.TryRead(values, out var limit, out problem))
            return false;
        string? after = null;
        if (venue is not null && !InstrumentId.IsVenue(venue))
            problem = ApiProblem.InvalidParameter(_venue.Name, "A venue is of a-z, 0-9 and '-'.");
        else if (cursor is not null && !Cursor.TryRead(cursor, out after))
            problem = ApiProblem.InvalidParameter(_cursor.Name, "The cursor is not 'next' of a page.");
        query = new InstrumentQuery { Venue = venue, Status = status, After = after, Limit = (int)(limit ?? _limit.Default)! };
        return problem is null;
    }

    private static InstrumentPageDocument DocumentOf(InstrumentPage page) => new(
        [.. page.Items.Select(item => new InstrumentSummaryDocument(
            item.Instrument, JsonText.Word(item.Status), item.Sequence, item.CheckpointedAt.ToUniversalTime(), item.Watermark?.ToUniversalTime()))],
        page.Next is { } next ? Cursor.Write(next) : null);
}
