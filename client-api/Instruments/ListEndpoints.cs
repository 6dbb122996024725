using Microsoft.AspNetCore.Http;
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
    private readonly ListDesk _desk;
    private readonly TextParameter _venue = new("venue", InstrumentId.MaxVenue, "Only instruments of this venue.");
    private readonly TextParameter _cursor = new("cursor", Cursor.MaxLength, "'next' of the page before.");
    private readonly WordParameter<FreshnessStatus> _status =
        new("status", CommonParameters.Statuses, null, "Only instruments that are listed with this status.");

    public ListEndpoints(IGrainFactory grains, ListDesk desk)
    {
        (_grains, _desk) = (grains, desk);
        List = desk.Route<InstrumentPageDocument>(
            "listInstruments", "Instruments in order of name, as of their last checkpoints.", _venue, _status, _cursor);
    }

    public ApiRoute List { get; }

    public Task GetList(HttpContext context) => _desk.Answer<InstrumentQuery, InstrumentPageDocument>(
        context, List, TryReadQuery, async query => DocumentOf(await _grains.GetGrain<IInstrumentDirectoryGrain>("all").List(query)),
        DocumentJson.Default.InstrumentPageDocument, caching: "no-cache");

    private bool TryReadQuery(in QueryValues values, out InstrumentQuery query, out ApiProblem? problem)
    {
        query = new InstrumentQuery();
        if (!_venue.TryRead(values, out var venue, out problem)
            || !_status.TryRead(values, out var status, out problem)
            || !_cursor.TryRead(values, out var cursor, out problem)
            || !_desk.TryReadLimit(values, out var limit, out problem))
            return false;
        string? after = null;
        if (venue is not null && !InstrumentId.IsVenue(venue))
            problem = ApiProblem.InvalidParameter(_venue.Name, "A venue is of a-z, 0-9 and '-'.");
        else if (cursor is not null && !Cursor.TryRead(cursor, out after))
            problem = ApiProblem.InvalidParameter(_cursor.Name, "The cursor is not 'next' of a page.");
        query = new InstrumentQuery { Venue = venue, Status = status, After = after, Limit = limit };
        return problem is null;
    }

    private static InstrumentPageDocument DocumentOf(InstrumentPage page) => new(
        [.. page.Items.Select(item => new InstrumentSummaryDocument(
            item.Instrument, JsonText.Word(item.Status), item.Sequence, item.CheckpointedAt.ToUniversalTime(), item.Watermark?.ToUniversalTime()))],
        page.Next is { } next ? Cursor.Write(next) : null);
}
