using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Market;
using static StreamForge.Tests.Market.Instruments.MarketEvents;
using StreamForge.Tests.Support.Grains;

namespace StreamForge.Tests.Market.Instruments;

/// <summary>
/// States as versions before this one wrote them (States/instrument.N.bin, recorded with that version's code): they load, and what
/// was open in them goes on.
/// </summary>
/// <remarks>
/// Each was fed the snapshot at 10, the diff to 11, the trades 1, 2 and 5 at 1, 61 and 130 s, a digest of 12 at 131 s, the diff from 13
/// to 14 and a digest of 14 at 132 s. Missing: the diff from 11 to 13, and the trades 3 and 4.
/// </remarks>
public sealed class OldStateTests
{
    public static TheoryData<int> Versions => [.. Enumerable.Range(1, new InstrumentState().SchemaVersion - 1)];

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_state_of_an_older_version_loads_and_its_gaps_are_asked_for_and_closed(int version)
    {
        var state = Load(version);
        Assert.Equal((Name, 11L, true), (state.Instrument, state.BookSequence, state.BookStarted));
        Assert.Equal([5L, 2, 1], state.Tape.Top(10).Select(trade => trade.TradeId!.Value));
        Assert.Equal(
            [new(Topics.MarketDepth, new(CoreDriver.LogId, 3, 4)), new FeedPosition(Topics.MarketTrades, new(CoreDriver.LogId, 3, 2))],
            state.Feeds.Capture());
        var core = new InstrumentCore(state, new MarketOptions(), new SeededIds(), 1_000);
        var now = Start.AddSeconds(140);
        var feed = new FeedStanding(now, true, false, false, null);
        core.Observe(feed, feed, now);
        Assert.Equal((FreshnessStatus.Gap, FreshnessStatus.Gap), (core.Book(1).Freshness.Status, core.Trades(1).Freshness.Status));
        Assert.Equal([new PriceLevel(10, 1)], core.Book(1).Bids);

        var asked = new[] { core.NextRepair(now)!, core.NextRepair(now)! };
        Assert.Equal([RepairKind.DepthSnapshot, RepairKind.Trades], asked.Select(request => request.Kind));
        Assert.Equal((3L, 4L), (asked[1].From, asked[1].To));
        Take(core, Topics.MarketDepth, 4, Snapshot(13, at: 140), asked[0].Id, now);
        Take(core, Topics.MarketTrades, 2, Range(3, 4, at: 140, Trade(3, at: 62), Trade(4, at: 63)), asked[1].Id, now);
        core.Observe(feed, feed, now);
        // What was held is released: it is at 14.
        Assert.Equal((FreshnessStatus.Live, 14L), (core.Book(1).Freshness.Status, core.Book(1).Freshness.Sequence));
        Assert.Equal((FreshnessStatus.Live, 5L), (core.Trades(1).Freshness.Status, state.TradeIds.Through));
        var candles = core.Candles(CandleInterval.OneMinute, Start, Start.AddMinutes(3), []).Candles;
        Assert.Equal([1, 3, 1], candles.Select(candle => candle.Count));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void It_is_written_again_as_what_this_version_writes(int version)
    {
        var state = Load(version);
        var again = CoreDriver.Copy(state);
        Assert.Equal(CoreDriver.Bytes(state), CoreDriver.Bytes(again));
        Assert.Equal(state.Index, again.Index);
    }

    [Fact]
    public void A_version_that_is_not_known_is_refused()
    {
        var state = new InstrumentState();
        foreach (var version in new[] { 0, state.SchemaVersion + 1 })
            Assert.Throws<InvalidDataException>(() => state.Read(CoreDriver.Bytes(new InstrumentState()), version));
    }

    private static InstrumentState Load(int version)
    {
        using var recorded = typeof(OldStateTests).Assembly.GetManifestResourceStream($"instrument.{version}.bin")!;
        using var bytes = new MemoryStream();
        recorded.CopyTo(bytes);
        var state = new InstrumentState();
        state.Read(bytes.ToArray(), version);
        return state;
    }

    private static void Take(InstrumentCore core, string topic, long previous, MarketEvent item, string repair, DateTimeOffset now)
    {
        var result = core.Ingest(CoreDriver.Batch(topic, previous, CoreDriver.Record(previous + 1, item, repair)), now);
        Assert.Equal(1, result.Counts.Applied);
    }
}
