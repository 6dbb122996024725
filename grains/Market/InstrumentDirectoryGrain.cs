using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Gates;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Market;

/// <summary>
/// Lists from the indexed columns of the rows: no instrument is loaded for it. What a row says of itself was true when it was written;
/// how the feeds stand tells whether it still is.
/// </summary>
public sealed class InstrumentDirectoryGrain(
    IStateDirectory directory, IFeedStandings standings, IOptions<MarketOptions> options, TimeProvider clock) : Grain, IInstrumentDirectoryGrain
{
    private const int MaxLimit = 1_000;

    // Of a status that is rare not all rows are gone through for one page.
    private const int MaxLookedAt = 10_000;

    public async ValueTask<InstrumentPage> List(InstrumentQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Limit is < 1 or > MaxLimit)
            throw new ArgumentOutOfRangeException(nameof(query), query.Limit, $"A page has from 1 to {MaxLimit} instruments.");

        var items = ImmutableArray.CreateBuilder<InstrumentSummary>();
        var rows = new StateQuery(
            InstrumentGrain.StateName,
            query.Venue,
            // What can only be stored so is found by its column.
            query.Status is FreshnessStatus.Live or FreshnessStatus.Cold ? InstrumentState.WordOf(query.Status.Value) : null,
            After: query.After,
            // One more than asked for tells whether there is another page.
            Limit: query.Status is null ? query.Limit + 1 : MaxLimit);
        for (var left = MaxLookedAt; left > 0; left -= rows.Limit)
        {
            var (some, last) = await Look(rows);
            foreach (var item in some)
                if (items.Count > query.Limit)
                    break;
                else if (query.Status is null || item.Status == query.Status)
                    items.Add(item);
            if (items.Count > query.Limit)
            {
                items.Count = query.Limit;
                return new InstrumentPage { Items = items.ToImmutable(), Next = items[^1].Instrument };
            }

            rows = rows with { After = last };
            if (last is null)
                break;
        }

        return new InstrumentPage { Items = items.ToImmutable(), Next = rows.After };
    }

    /// <summary>
    /// Some rows, judged. They are asked for twice: what is known of a key is true of a row that is read after it was known, and keys
    /// are known by their rows.
    /// </summary>
    /// <returns>The last id looked at; none where there are no more.</returns>
    private async Task<(List<InstrumentSummary> Items, string? Last)> Look(StateQuery query)
    {
        var known = await directory.Query(query, CancellationToken.None);
        var feeds = known.ToDictionary(row => row.Id, FeedsOf, StringComparer.Ordinal);
        var now = clock.GetUtcNow();
        var items = new List<InstrumentSummary>(known.Count);
        foreach (var row in await directory.Query(query, CancellationToken.None))
            // One that has just come is listed next time.
            if (feeds.TryGetValue(row.Id, out var feed))
                items.Add(Judge(row, feed, now));
        return (items, known.Count == query.Limit ? known[^1].Id : null);
    }

    private (FeedStanding Depth, FeedStanding Trades) FeedsOf(StateEntry row) =>
        (standings.OfStored(Topics.MarketDepth, row.Id, row.Index.Scope ?? ""),
            standings.OfStored(Topics.MarketTrades, row.Id, row.Index.Scope ?? ""));

    private InstrumentSummary Judge(StateEntry row, (FeedStanding Depth, FeedStanding Trades) feeds, DateTimeOffset now)
    {
        var freshness = FreshnessRule.Worst(
            FreshnessRule.Of(StandingOf(row, feeds.Depth), feeds.Depth, now, options.Value.StaleAfter),
            FreshnessRule.Of(StandingOf(row, feeds.Trades), feeds.Trades, now, options.Value.StaleAfter));
        return new InstrumentSummary
        {
            Instrument = row.Id,
            Status = freshness.Status,
            Sequence = row.Index.Sequence ?? 0,
            CheckpointedAt = row.WrittenAt,
            Watermark = freshness.Watermark,
        };
    }

    private StreamStanding StandingOf(StateEntry row, in FeedStanding feed)
    {
        var stored = InstrumentState.StatusOf(row.Index.Status);
        var missing = stored is not (FreshnessStatus.Live or FreshnessStatus.Cold) ? "something was missing at the checkpoint"
            : row.Index.DueAt > DateTimeOffset.MinValue && feed.Watermark >= row.Index.DueAt + options.Value.DigestGrace ? "what was announced has not come"
            : feed.Loss is not null ? "records of its partition were lost"
            : null;
        return new StreamStanding
        {
            Cold = stored == FreshnessStatus.Cold,
            Gap = missing is null ? null : new Gap(row.WrittenAt, null, missing),
            VouchedThrough = row.Index.DueAt,
        };
    }
}
