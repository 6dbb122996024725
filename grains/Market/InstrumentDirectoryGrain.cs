using System.Collections.Immutable;
using StreamForge.Contracts.Market;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market;

/// <summary>Lists from the indexed columns of the rows: no instrument is loaded for it.</summary>
public sealed class InstrumentDirectoryGrain(IStateDirectory directory) : Grain, IInstrumentDirectoryGrain
{
    private const int MaxLimit = 1_000;

    public async ValueTask<InstrumentPage> List(InstrumentQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Limit is < 1 or > MaxLimit)
            throw new ArgumentOutOfRangeException(nameof(query), query.Limit, $"A page has from 1 to {MaxLimit} instruments.");

        // One more than asked for tells whether there is another page.
        var rows = await directory.Query(
            new StateQuery(
                InstrumentGrain.StateName,
                query.Venue,
                query.Status is { } status ? InstrumentState.WordOf(status) : null,
                After: query.After,
                Limit: query.Limit + 1),
            CancellationToken.None);
        var items = ImmutableArray.CreateBuilder<InstrumentSummary>();
        foreach (var row in rows.Take(query.Limit))
            items.Add(new InstrumentSummary
            {
                Instrument = row.Id,
                Status = InstrumentState.StatusOf(row.Index.Status),
                Sequence = row.Index.Sequence ?? 0,
                CheckpointedAt = row.WrittenAt,
            });
        return new InstrumentPage
        {
            Items = items.ToImmutable(),
            Next = rows.Count > query.Limit ? items[^1].Instrument : null,
        };
    }
}
