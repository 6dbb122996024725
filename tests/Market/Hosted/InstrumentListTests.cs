using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Tests.Market.Instruments;
using StreamForge.Tests.Support.Grains;

namespace StreamForge.Tests.Market.Hosted;

/// <summary>Lists are made from rows, and claim no more than is known of the rows now.</summary>
public sealed class InstrumentListTests(GrainFixture fixture) : IClassFixture<GrainFixture>
{
    private readonly string _venue = $"venue{Guid.NewGuid():N}";

    private IInstrumentDirectoryGrain Directory => fixture.Grains.GetGrain<IInstrumentDirectoryGrain>("all");

    [Fact]
    public async Task Instruments_are_listed_by_their_stored_columns_page_by_page()
    {
        await Store("A");
        await Store("B", MarketEvents.Diff(11, 12, at: 0));
        await Store("C");

        var first = await Directory.List(new InstrumentQuery { Venue = _venue, Limit = 2 });
        Assert.Equal([$"{_venue}:A", $"{_venue}:B"], first.Items.Select(i => i.Instrument));
        Assert.Equal($"{_venue}:B", first.Next);
        var second = await Directory.List(new InstrumentQuery { Venue = _venue, Limit = 2, After = first.Next });
        Assert.Equal($"{_venue}:C", Assert.Single(second.Items).Instrument);
        Assert.Null(second.Next);
        var gaps = await Directory.List(new InstrumentQuery { Venue = _venue, Status = FreshnessStatus.Gap });
        Assert.Equal(($"{_venue}:B", FreshnessStatus.Gap, 10L), (gaps.Items[0].Instrument, gaps.Items[0].Status, gaps.Items[0].Sequence));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Directory.List(new InstrumentQuery { Limit = 0 }));
    }

    [Fact]
    public async Task Nothing_is_listed_as_live_whose_feed_is_not()
    {
        foreach (var symbol in new[] { "dead", "fine", "late", "lost", "parked", "stuck", "unread" })
            await Store(symbol);
        var now = DateTimeOffset.UtcNow;
        Feed("dead", Topics.MarketDepth, new(now, SourceUp: false, Stalled: false, Parked: false, null));
        Feed("late", Topics.MarketTrades, new(now - TimeSpan.FromMinutes(1), SourceUp: true, Stalled: false, Parked: false, null));
        Feed("lost", Topics.MarketDepth, new(now, SourceUp: true, Stalled: false, Parked: false, null, new FeedLoss(CoreDriver.LogId, 3, 0, 9, now)));
        Feed("parked", Topics.MarketTrades, new(now, SourceUp: true, Stalled: false, Parked: true, null));
        Feed("stuck", Topics.MarketDepth, new(now, SourceUp: true, Stalled: true, Parked: false, null));
        Feed("unread", Topics.MarketTrades, new(null, SourceUp: true, Stalled: false, Parked: false, null));

        var expected = new Dictionary<string, FreshnessStatus>
        {
            ["dead"] = FreshnessStatus.SourceDown,
            ["fine"] = FreshnessStatus.Live,
            ["late"] = FreshnessStatus.Stale,
            ["lost"] = FreshnessStatus.Gap,
            ["parked"] = FreshnessStatus.Parked,
            ["stuck"] = FreshnessStatus.Stalled,
            ["unread"] = FreshnessStatus.Stale,
        };
        var all = await Directory.List(new InstrumentQuery { Venue = _venue });
        Assert.Equal(expected, all.Items.ToDictionary(item => item.Instrument[(_venue.Length + 1)..], item => item.Status));
        Assert.All(all.Items, item => Assert.True(item.Watermark is not null || item.Status != FreshnessStatus.Live));
        Assert.Equal(now - TimeSpan.FromMinutes(1), all.Items.Single(item => item.Instrument == $"{_venue}:late").Watermark);

        // What is filtered by is what is shown, and pages of it follow each other.
        foreach (var status in Enum.GetValues<FreshnessStatus>())
        {
            var found = new List<string>();
            var query = new InstrumentQuery { Venue = _venue, Status = status, Limit = 1 };
            for (InstrumentPage? page = null; page is not { Next: null }; query = query with { After = page.Next })
            {
                page = await Directory.List(query);
                Assert.InRange(page.Items.Length, 0, 1);
                found.AddRange(page.Items.Select(item => item.Instrument[(_venue.Length + 1)..]));
            }

            Assert.Equal(expected.Where(pair => pair.Value == status).Select(pair => pair.Key), found);
        }
    }

    [Fact]
    public async Task What_was_announced_and_is_not_in_the_row_is_a_gap_once_it_should_have_come()
    {
        var before = DateTimeOffset.UtcNow;
        await Store("A", MarketEvents.Digest(11, at: 100));
        var after = DateTimeOffset.UtcNow;
        Assert.Equal(before, (await With(before)).Watermark);
        // Who vouches for more speaks of what was announced.
        Assert.InRange((await With(after + TimeSpan.FromSeconds(1))).Watermark!.Value, before, after);
        var missing = await With(after + TimeSpan.FromSeconds(2));
        Assert.Equal((FreshnessStatus.Gap, null), (missing.Status, missing.Watermark));

        async Task<InstrumentSummary> With(DateTimeOffset watermark)
        {
            foreach (var topic in new[] { Topics.MarketDepth, Topics.MarketTrades })
                Feed("A", topic, new(watermark, SourceUp: true, Stalled: false, Parked: false, null));
            return Assert.Single((await Directory.List(new InstrumentQuery { Venue = _venue })).Items);
        }
    }

    [Fact]
    public async Task What_has_trades_and_no_book_is_as_cold_as_its_view()
    {
        var grain = fixture.Grains.GetGrain<IInstrumentGrain>($"{_venue}:A");
        await Ingest(grain, Topics.MarketTrades, 1, MarketEvents.Trade(1, at: 0) with { Instrument = $"{_venue}:A" });
        await grain.Flush();
        var item = Assert.Single((await Directory.List(new InstrumentQuery { Venue = _venue })).Items);
        Assert.Equal((FreshnessStatus.Cold, FreshnessStatus.Cold), ((await grain.GetView()).Freshness.Status, item.Status));
    }

    private void Feed(string symbol, string topic, FeedStanding standing) => fixture.Source.Stored[(topic, $"{_venue}:{symbol}")] = standing;

    /// <summary>An instrument with a book at sequence 10, and perhaps one event more, in its checkpoint.</summary>
    private async Task Store(string symbol, MarketEvent? then = null)
    {
        var name = $"{_venue}:{symbol}";
        var grain = fixture.Grains.GetGrain<IInstrumentGrain>(name);
        await Ingest(grain, Topics.MarketDepth, 1, MarketEvents.Snapshot(10, at: 0) with { Instrument = name });
        if (then is not null)
            await Ingest(grain, Topics.MarketDepth, 2, then with { Instrument = name });
        await grain.Flush();
    }

    private static async Task Ingest(IInstrumentGrain grain, string topic, long offset, MarketEvent item)
    {
        var result = await grain.Ingest(CoreDriver.Batch(topic, null, CoreDriver.Record(offset, item)));
        Assert.True(result.Outcome == IngestOutcome.Applied, $"{result.Outcome} {result.Reason}");
    }
}
