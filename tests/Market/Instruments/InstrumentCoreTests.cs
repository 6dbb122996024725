using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Entities;
using StreamForge.Grains.Market;
using StreamForge.Grains.State;

namespace StreamForge.Tests.Market.Instruments;

public sealed class InstrumentCoreTests
{
    private const string Name = "kraken:XBT-USD";
    private readonly CoreDriver _driver = new(Name);

    [Fact]
    public void Records_at_or_below_the_position_are_duplicates_and_positions_move_over_what_is_no_event()
    {
        var core = _driver.Core;
        var first = core.Ingest(CoreDriver.Batch("t", null, CoreDriver.Record(5, Trade(1)), CoreDriver.Record(7, null)), _driver.Now);
        Assert.Equal((IngestOutcome.Applied, 7, new IngestCounts(1, 0, 0, 0)), (first.Outcome, first.Applied, first.Counts));
        var again = core.Ingest(CoreDriver.Batch("t", null, CoreDriver.Record(5, Trade(1)), CoreDriver.Record(8, Trade(2))), _driver.Now);
        Assert.Equal((8, new IngestCounts(1, 1, 0, 0)), (again.Applied, again.Counts));
        var behind = core.Ingest(CoreDriver.Batch("t", 9, CoreDriver.Record(10, Trade(3))), _driver.Now);
        Assert.Equal((IngestOutcome.Behind, 8, default(IngestCounts)), (behind.Outcome, behind.Applied, behind.Counts));
        var newer = CoreDriver.Batch("t", null, CoreDriver.Record(9, Trade(3))) with { Epoch = 2 };
        Assert.Equal(IngestOutcome.Applied, core.Ingest(newer, _driver.Now).Outcome);
        var zombie = core.Ingest(CoreDriver.Batch("t", 8, CoreDriver.Record(10, Trade(4))), _driver.Now);
        Assert.Equal((IngestOutcome.Fenced, 9), (zombie.Outcome, zombie.Applied));
    }

    [Fact]
    public void A_record_that_breaks_a_rule_is_named_and_those_before_it_are_applied()
    {
        var result = _driver.Core.Ingest(
            CoreDriver.Batch("t", null, CoreDriver.Record(1, Trade(1)), CoreDriver.Record(2, Trade(2) with { Price = -1 }), CoreDriver.Record(3, Trade(3))),
            _driver.Now);
        Assert.Equal((IngestOutcome.Rejected, 1, 2L), (result.Outcome, result.Applied, result.RejectedOffset));
        Assert.Equal("A trade of 1 at -1.", result.Reason);
        Assert.Equal(new IngestCounts(1, 0, 0, 0), result.Counts);
        var next = _driver.Core.Ingest(
            CoreDriver.Batch("t", 1, CoreDriver.Record(2, null), CoreDriver.Record(3, Trade(3))), _driver.Now);
        Assert.Equal((IngestOutcome.Applied, 3), (next.Outcome, next.Applied));
    }

    private static readonly MarketEvent[] _ruleBreakers =
    [
        Diff(2, 1), Diff(1, 1), Diff(1, 2) with { Last = null }, Diff(1, 2) with { Bids = [new PriceLevel(0, 1)] },
        Diff(1, 2) with { Asks = [new PriceLevel(1, -1)] }, Diff(1, 2) with { Instrument = "kraken:OTHER" },
        Snapshot(1) with { DepthLimit = -1 }, Snapshot(1) with { Asks = [new PriceLevel(-1, 1)] },
        Trade(1) with { Quantity = -1 }, Trade(1) with { Price = 0 }, Trade(1) with { Count = 0 },
        Trade(1) with { Time = new DateTimeOffset(2999, 1, 1, 0, 0, 0, TimeSpan.Zero) },
        Range(5, 4), Range(5, 6, Trade(7)), Range(5, 6, Trade(5) with { TradeId = null }), Range(5, 6, Trade(5) with { Price = -1 }),
    ];

    [Fact]
    public void Events_that_break_rules_are_rejected_and_change_nothing()
    {
        foreach (var item in _ruleBreakers)
        {
            var driver = new CoreDriver(Name);
            var before = CoreDriver.Bytes(driver.State);
            // The origin is the gate's own business: whatever is replayed later comes with another.
            var result = driver.Core.Ingest(CoreDriver.Batch("t", null, CoreDriver.Record(0, item)), driver.Now);
            Assert.Equal((IngestOutcome.Rejected, 0L), (result.Outcome, result.RejectedOffset));
            Assert.NotEmpty(result.Reason!);
            driver.Core.Ingest(CoreDriver.Batch("t", null, CoreDriver.Record(0, null)), driver.Now);
            var (instrument, version) = (driver.State.Instrument, driver.State.Version);
            Assert.Equal((Name, 0L), (instrument, version));
            Assert.Equal((0, 0, false, false), (driver.State.Book.Bids.Count, driver.State.Tape.Count, driver.State.BookStarted, driver.State.TradeIds.Started));
            Assert.NotEqual(before, CoreDriver.Bytes(driver.State));
        }
    }

    [Fact]
    public void A_venues_own_entry_of_no_quantity_counts_as_seen_and_is_filtered()
    {
        _driver.Accept(Trade(1));
        Assert.Equal(new IngestCounts(0, 0, 1, 0), _driver.Accept(Trade(2) with { Price = 0, Quantity = 0 }).Counts);
        _driver.Accept(Trade(3));
        Assert.Null(_driver.State.TradeIds.Gap);
        Assert.Equal(2, _driver.Core.Trades(10).Trades.Length);
    }

    [Fact]
    public void A_cold_book_holds_diffs_and_asks_for_a_snapshot_and_an_answer_makes_it_live()
    {
        _driver.Accept(Diff(10, 11));
        _driver.Observe();
        Assert.Equal(FreshnessStatus.Cold, _driver.Core.Book(5).Freshness.Status);
        Assert.Null(_driver.Core.NextRepair(_driver.Now));
        var request = Later(1).NextRepair(_driver.Now);
        Assert.Equal((RepairKind.DepthSnapshot, Name), (request?.Kind, request?.Entity));
        _driver.Core.RepairEnded(request!, new RepairOutcome(true), _driver.Now);
        _driver.Accept(Snapshot(10), request!.Id);
        _driver.Observe();
        var book = _driver.Core.Book(5);
        Assert.Equal((FreshnessStatus.Live, 11), (book.Freshness.Status, book.Freshness.Sequence));
        Assert.Equal(request.Id, book.Provenance?.RepairId);
        Assert.Equal(Snapshot(10).ReceivedAt, book.Freshness.VerifiedAt);
        Assert.Null(Later(60).NextRepair(_driver.Now));
    }

    [Fact]
    public void A_gap_is_marked_at_once_frozen_and_asked_again_after_a_restart()
    {
        _driver.Accept(Snapshot(10));
        _driver.Accept(Diff(10, 11));
        var complete = _driver.State.DepthFacts.ReceivedAt;
        _driver.Observe();
        Assert.Equal(FreshnessStatus.Live, _driver.Core.Book(1).Freshness.Status);

        _driver.Accept(Diff(12, 13) with { ReceivedAt = complete!.Value.AddSeconds(9) });
        _driver.Observe();
        var gap = _driver.Core.Book(1).Freshness;
        Assert.Equal((FreshnessStatus.Gap, complete, 11), (gap.Status, gap.Watermark, gap.Sequence));
        Assert.Equal([new GapChange("depth", null)], _driver.Core.TakeGapChanges());

        Assert.NotNull(Later(1).NextRepair(_driver.Now));
        _driver.Observe();
        Assert.Equal(FreshnessStatus.Repairing, _driver.Core.Book(1).Freshness.Status);
        _driver.Restart();
        _driver.Observe();
        Assert.Equal(FreshnessStatus.Gap, _driver.Core.Book(1).Freshness.Status);
        Assert.NotNull(Later(1).NextRepair(_driver.Now));

        _driver.Accept(Diff(11, 12));
        Assert.Equal(13, _driver.State.Sequence.Sequence);
        Assert.Equal("depth", Assert.Single(_driver.Core.TakeGapChanges()).Stream);
        _driver.Observe();
        Assert.Equal(FreshnessStatus.Live, _driver.Core.Book(1).Freshness.Status);
    }

    [Fact]
    public void Missing_trades_are_asked_for_by_range_piece_by_piece()
    {
        var driver = new CoreDriver(Name, new MarketOptions { TradesPerRepair = 2 });
        driver.Accept(Trade(1));
        driver.Accept(Trade(5));
        driver.Now = driver.Now.AddSeconds(1);
        var first = driver.Core.NextRepair(driver.Now)!;
        Assert.Equal((RepairKind.Trades, 2L, 3L), (first.Kind, first.From, first.To));
        driver.Core.RepairEnded(first, new RepairOutcome(true), driver.Now);
        Assert.Equal(1, driver.Accept(Range(2, 3, Trade(2)), first.Id).Counts.Applied);
        var second = driver.Core.NextRepair(driver.Now)!;
        Assert.Equal((4L, 4L), (second.From, second.To));
        // The answer may come through the log before the request itself ends: until then there is no second one.
        driver.Accept(Range(4, 4), second.Id);
        Assert.Null(driver.State.TradeIds.Gap);
        Assert.Equal([5L, 2, 1], driver.Core.Trades(10).Trades.Select(t => t.TradeId!.Value));
        Assert.Equal(1, driver.Accept(Range(4, 4)).Counts.Duplicate);
    }

    [Fact]
    public void An_answer_of_a_source_that_lags_closes_only_what_it_had_come_to()
    {
        _driver.Accept(Trade(1));
        _driver.Accept(Trade(7));
        var first = Later(1).NextRepair(_driver.Now)!;
        _driver.Core.RepairEnded(first, new RepairOutcome(true), _driver.Now);
        _driver.Accept(Range(2, 6, Trade(2), Trade(4)) with { ThroughId = 4 }, first.Id);
        Assert.Equal(4, _driver.State.TradeIds.Through);
        var second = Later(1).NextRepair(_driver.Now)!;
        Assert.Equal((5L, 6L), (second.From, second.To));
        _driver.Core.RepairEnded(second, new RepairOutcome(true), _driver.Now);
        // It has not moved: nothing is closed, and it is asked again, later.
        Assert.Equal(1, _driver.Accept(Range(5, 6) with { ThroughId = 4 }, second.Id).Counts.Duplicate);
        Assert.NotNull(_driver.State.TradeIds.Gap);
        Assert.Null(_driver.Core.NextRepair(_driver.Now));
        var third = Later(30).NextRepair(_driver.Now)!;
        _driver.Accept(Range(5, 6, Trade(5)), third.Id);
        Assert.Null(_driver.State.TradeIds.Gap);
    }

    [Fact]
    public void A_checksum_that_differs_drops_everything_until_a_new_snapshot()
    {
        var bids = new[] { new PriceLevel(10.0m, 1.5m) };
        _driver.Accept(Snapshot(null) with { Epoch = 1, Bids = [.. bids], DepthLimit = 10 });
        var good = Diff(null, null) with { Bids = [new PriceLevel(10.1m, 2.0m)], Asks = [] };
        var expected = Grains.Market.Book.BookChecksum.Compute(Side(false), Side(true, (10.1m, 2.0m), (10.0m, 1.5m)));
        Assert.Equal(1, _driver.Accept(good with { Checksum = expected }).Counts.Applied);
        _driver.Observe();
        Assert.Equal(FreshnessStatus.Live, _driver.Core.Book(1).Freshness.Status);

        _driver.Accept(good with { Bids = [new PriceLevel(9, 1)], Checksum = expected });
        _driver.Observe();
        Assert.Equal(FreshnessStatus.Gap, _driver.Core.Book(1).Freshness.Status);
        Assert.Equal(1, _driver.Accept(good).Counts.Superseded);
        Assert.Equal(1, _driver.Accept(Snapshot(null) with { Epoch = 1 }).Counts.Duplicate);
        Assert.NotNull(Later(1).NextRepair(_driver.Now));
        Assert.Equal(1, _driver.Accept(Snapshot(null) with { Epoch = 2, Bids = [.. bids] }).Counts.Applied);
        _driver.Observe();
        Assert.Equal(FreshnessStatus.Live, _driver.Core.Book(1).Freshness.Status);
        Assert.Equal(10.0m, _driver.Core.View().BestBid?.Price);
    }

    [Fact]
    public void Trades_without_ids_are_unverifiable_and_dedupe_by_origin()
    {
        var origin = new Origin(CoreDriver.LogId, 0, 1, 0);
        _driver.Accept(Trade(1) with { TradeId = null }, origin: origin);
        Assert.Equal(1, _driver.Accept(Trade(1) with { TradeId = null }, origin: origin).Counts.Duplicate);
        _driver.Observe();
        Assert.True(_driver.Core.View().TradesUnverifiable);
        Assert.Single(_driver.Core.Trades(10).Trades);
    }

    [Fact]
    public void Updates_tell_every_change_once_and_readers_without_a_place_are_reset()
    {
        _driver.Accept(Snapshot(10));
        _driver.Accept(Diff(10, 11));
        _driver.Accept(Trade(1));
        _driver.Observe();
        var ring = _driver.Core.Updates;
        var page = ring.Read(ring.Life, 0, 2);
        Assert.Equal([StreamUpdateKind.Book, StreamUpdateKind.Book], page.Updates.Select(u => u.Kind));
        Assert.Equal((11, 2), (page.Updates[1].Sequence, page.Version));
        var rest = ring.Read(ring.Life, page.Version, 10);
        Assert.Equal([StreamUpdateKind.Trade, StreamUpdateKind.Freshness], rest.Updates.Select(u => u.Kind));
        Assert.Equal(FreshnessStatus.Live, rest.Updates[^1].Status);
        Assert.Equal(_driver.Core.View().Version, rest.Version);
        Assert.Empty(ring.Read(ring.Life, rest.Version, 10).Updates);
        Assert.True(ring.Read(null, 0, 10).Reset);
        Assert.True(ring.Read("another", 0, 10).Reset);
        Assert.True(ring.Read(ring.Life, rest.Version + 1, 10).Reset);
        for (var i = 0; i < 5_000; i++)
            _driver.Accept(Diff(11 + i, 12 + i));
        Assert.True(ring.Read(ring.Life, 1, 10).Reset);
    }

    [Fact]
    public void Answers_are_made_once_for_a_version_and_freshness()
    {
        _driver.Accept(Snapshot(10));
        _driver.Accept(Trade(1));
        _driver.Observe();
        var (view, book, trades) = (_driver.Core.View(), _driver.Core.Book(3), _driver.Core.Trades(500));
        _driver.Observe();
        Assert.Same(view, _driver.Core.View());
        Assert.Same(book, _driver.Core.Book(3));
        Assert.Same(trades, _driver.Core.Trades(500));
        _driver.Accept(Diff(10, 11));
        Assert.NotSame(book, _driver.Core.Book(3));
    }

    [Fact]
    public void Storage_keeps_everything_and_refuses_other_schemas_and_leftovers()
    {
        _driver.Accept(Snapshot(10));
        _driver.Accept(Trade(1));
        _driver.Accept(Trade(4), "repair", new Origin(CoreDriver.LogId, 2, 3, 4));
        _driver.Accept(Diff(12, 14) with { Checksum = 4_000_000_000 });
        _driver.Accept(new DepthDigest { Instrument = Name, ReceivedAt = _start, Sequence = 20 });
        var bytes = CoreDriver.Bytes(_driver.State);
        Assert.Equal(bytes, CoreDriver.Bytes(CoreDriver.Copy(_driver.State)));
        Assert.Equal(("kraken", "gap", 10L), (_driver.State.Index.Scope, _driver.State.Index.Status, _driver.State.Index.Sequence));
        Assert.Throws<InvalidDataException>(() => new InstrumentState().Read(bytes, _driver.State.SchemaVersion + 1));
        Assert.Throws<InvalidDataException>(() => new InstrumentState().Read([.. bytes, 0], _driver.State.SchemaVersion));
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => new InstrumentState().Read(bytes.AsSpan(0, length), _driver.State.SchemaVersion));
    }

    [Fact]
    public void A_state_of_the_schema_before_says_of_an_open_digest_that_nothing_is_vouched_for()
    {
        _driver.Accept(Snapshot(10));
        var settled = CoreDriver.Bytes(_driver.State);
        // The logs at the end came with the fourth schema: one of the book, none of trades.
        const int Logs = 1 + 16 + 1;
        new InstrumentState().Read(settled.AsSpan(0, settled.Length - Logs), 2);

        _driver.Proven = _start;
        _driver.Accept(new DepthDigest { Instrument = Name, ReceivedAt = _start.AddSeconds(1), Sequence = 20 });
        var bytes = CoreDriver.Bytes(_driver.State);
        Assert.Equal(_start, CoreDriver.Copy(_driver.State).Sequence.VouchedThrough);
        // The two times before them came with the third schema.
        var writer = new ArrayBufferWriter<byte>();
        new StateWriter(writer).Time(_start);
        var before = new InstrumentState();
        before.Read(bytes.AsSpan(0, bytes.Length - Logs - (2 * writer.WrittenCount)), 2);
        Assert.Equal(DateTimeOffset.MinValue, before.Sequence.VouchedThrough);
    }

    [Fact]
    public void Mutated_bytes_are_read_or_refused_and_nothing_else()
    {
        _driver.Accept(Snapshot(10));
        for (var i = 1; i < 30; i++)
            _driver.Accept(Trade(i * 2));
        _driver.Accept(Diff(12, 14));
        var bytes = CoreDriver.Bytes(_driver.State);
        var random = new Random(7);
        for (var i = 0; i < 5_000; i++)
        {
            var mutated = (byte[])bytes.Clone();
            mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            var refusal = Xunit.Record.Exception(() => new InstrumentState().Read(mutated, _driver.State.SchemaVersion));
            Assert.True(refusal is null or InvalidDataException, $"{refusal}");
        }
    }

    [Fact]
    public void Options_out_of_range_are_all_told()
    {
        var services = new ServiceCollection();
        services.AddOptions<MarketOptions>().ValidateDataAnnotations();
        using var good = services.BuildServiceProvider();
        Assert.Equal(new MarketOptions(), good.GetRequiredService<IOptions<MarketOptions>>().Value);

        services.AddSingleton<IOptionsFactory<MarketOptions>>(p => new Fixed(
            new MarketOptions { HeldEvents = 0, Tick = TimeSpan.Zero, DepthRepair = new() { Deadline = TimeSpan.Zero } },
            p.GetServices<IValidateOptions<MarketOptions>>()));
        using var bad = services.BuildServiceProvider();
        var error = Assert.Throws<OptionsValidationException>(
            () => bad.GetRequiredService<IOptionsFactory<MarketOptions>>().Create(Options.DefaultName));
        Assert.Equal(3, error.Failures.Count());
    }

    private sealed class Fixed(MarketOptions options, IEnumerable<IValidateOptions<MarketOptions>> checks)
        : OptionsFactory<MarketOptions>([], [], checks)
    {
        protected override MarketOptions CreateInstance(string name) => options;
    }

    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private InstrumentCore Later(double seconds)
    {
        _driver.Now = _driver.Now.AddSeconds(seconds);
        _driver.Core.Tick(null, null, _driver.Now);
        return _driver.Core;
    }

    private static DepthDiff Diff(long? previous, long? last) => new()
    {
        Instrument = Name,
        ReceivedAt = _start,
        Previous = previous,
        Last = last,
        Bids = [new PriceLevel(10, 1)],
        Asks = [new PriceLevel(11, last ?? 1)],
    };

    private static DepthSnapshot Snapshot(long? sequence) => new()
    {
        Instrument = Name,
        ReceivedAt = _start,
        Sequence = sequence,
        Bids = [new PriceLevel(9, 1)],
        Asks = [],
    };

    private static Trade Trade(long id) => new()
    {
        Instrument = Name,
        ReceivedAt = _start,
        TradeId = id,
        Price = 10,
        Quantity = 1,
        Time = _start.AddSeconds(id),
        BuyerIsMaker = false,
    };

    private static TradeRange Range(long from, long to, params Trade[] trades) => new()
    {
        Instrument = Name,
        ReceivedAt = _start,
        FromId = from,
        ToId = to,
        Trades = [.. trades],
    };

    private static Grains.Market.Book.BookSide Side(bool bids, params (decimal Price, decimal Quantity)[] levels)
    {
        var side = new Grains.Market.Book.BookSide(bids);
        foreach (var (price, quantity) in levels)
            side.Set(new PriceLevel(price, quantity));
        return side;
    }
}
