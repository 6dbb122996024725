using System.Buffers;
using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Market;
using StreamForge.Silo.Storage;
using StreamForge.Tests.Market.Instruments;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Grains;

namespace StreamForge.Tests.Market.Hosted;

/// <summary>The shells around the core, on a real engine and a real store.</summary>
public sealed class InstrumentGrainTests(GrainFixture fixture) : IClassFixture<GrainFixture>
{
    private static readonly TimeSpan _long = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Flush_answers_what_is_stored_and_nothing_more()
    {
        var (grain, name) = New();
        await Ingest(grain, Topics.MarketDepth, null, (3, Snapshot(name, 10)), (5, Diff(name, 10, 11)));
        var first = await grain.Flush();
        Assert.Equal(5, first.DurableOf(Topics.MarketDepth, CoreDriver.LogId, 3));
        Assert.Equal(-1, first.DurableOf(Topics.MarketDepth, Guid.Empty, 3));
        Assert.True(first.BytesWritten > 0);
        Assert.Equal(0, (await grain.Flush()).BytesWritten);

        var stored = await Stored(name);
        Assert.Equal((11L, 5L), (stored.Sequence.Sequence, stored.Feeds.Capture()[0].Position.Offset));
        await Ingest(grain, Topics.MarketTrades, null, (1, Trade(name, 1, 0)));
        var flushes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => grain.Flush().AsTask()));
        Assert.All(flushes, f => Assert.Equal(1, f.DurableOf(Topics.MarketTrades, CoreDriver.LogId, 3)));
        Assert.Single(flushes, f => f.BytesWritten > 0);
    }

    [Fact]
    public async Task Views_have_no_version_until_anything_of_the_instrument_was_received()
    {
        var (grain, name) = New();
        Assert.Equal(new long[4], await Versions());
        // Only trades: the book is known, and empty.
        await Ingest(grain, Topics.MarketTrades, null, (1, Trade(name, 1, 0)));
        var known = await Versions();
        Assert.True(known[0] > 0);
        Assert.Single(known.Distinct());
        Assert.Equal(FreshnessStatus.Cold, (await grain.GetBook(1)).Freshness.Status);

        async Task<long[]> Versions() =>
        [
            (await grain.GetView()).Version,
            (await grain.GetBook(1)).Version,
            (await grain.GetTrades(1)).Version,
            (await grain.GetCandles(CandleInterval.OneMinute, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddHours(1))).Version,
        ];
    }

    [Fact]
    public async Task A_new_epoch_finds_a_rivals_write_and_reads_it()
    {
        var (grain, name) = New();
        await Ingest(grain, Topics.MarketDepth, null, (3, Snapshot(name, 10)));
        await grain.Flush();
        await Ingest(grain, Topics.MarketDepth, 3, (4, Diff(name, 10, 11)));
        await Rival(name, state => state.Feeds.Move(CoreDriver.Batch(Topics.MarketDepth, null), 9));

        var result = await grain.Ingest(
            CoreDriver.Batch(Topics.MarketDepth, null, CoreDriver.Record(9, Diff(name, 98, 99)), CoreDriver.Record(10, Diff(name, 10, 12))) with { Epoch = 2 });
        Assert.Equal((IngestOutcome.Applied, 10L, new IngestCounts(1, 1, 0, 0)), (result.Outcome, result.Applied, result.Counts));
        Assert.Equal(12, (await grain.GetView()).Book.Sequence);
        Assert.Equal(10, (await grain.Flush()).DurableOf(Topics.MarketDepth, CoreDriver.LogId, 3));
    }

    [Fact]
    public async Task Memory_that_holds_less_than_was_delivered_is_not_live_until_it_is_delivered_again()
    {
        var (grain, name) = New();
        await Ingest(grain, Topics.MarketDepth, null, (3, Snapshot(name, 10)));
        fixture.Source.Delivered[(Topics.MarketDepth, name)] = new FeedDelivery(3, CoreDriver.LogId, Through: 3, Epoch: 1);
        Assert.Equal(FreshnessStatus.Live, (await grain.GetBook(5)).Freshness.Status);

        // Another activation, now gone, was given one more.
        fixture.Source.Delivered[(Topics.MarketDepth, name)] = new FeedDelivery(3, CoreDriver.LogId, Through: 4, Epoch: 1);
        var behind = (await grain.GetBook(5)).Freshness;
        Assert.Equal((FreshnessStatus.Stale, (DateTimeOffset?)null), (behind.Status, behind.Watermark));
        Assert.Contains("delivered", behind.Reason, StringComparison.Ordinal);
        await Ingest(grain, Topics.MarketDepth, null, (3, Snapshot(name, 10)), (4, Diff(name, 10, 11)));
        Assert.Equal(FreshnessStatus.Live, (await grain.GetBook(5)).Freshness.Status);
    }

    [Fact]
    public async Task Under_a_new_assignment_memory_is_compared_to_what_is_stored_before_it_is_called_live()
    {
        var (grain, name) = New();
        await Ingest(grain, Topics.MarketDepth, null, (3, Snapshot(name, 10)));
        await grain.Flush();
        await Rival(name, state => state.Feeds.Move(CoreDriver.Batch(Topics.MarketDepth, null), 9));

        fixture.Source.Delivered[(Topics.MarketDepth, name)] = new FeedDelivery(3, CoreDriver.LogId, Through: -1, Epoch: 2);
        Assert.Equal(FreshnessStatus.Stale, (await grain.GetBook(5)).Freshness.Status);
        await Eventually.HoldsAsync(
            async () => (await grain.GetBook(5)).Freshness.Status == FreshnessStatus.Live, _long, "what is stored is read");
        // What it called live is what the rival stored.
        Assert.Equal(9, (await grain.Flush()).DurableOf(Topics.MarketDepth, CoreDriver.LogId, 3));
    }

    [Fact]
    public async Task Memory_that_is_behind_what_is_stored_reads_it_instead_of_sending_the_pump_back()
    {
        var (grain, name) = New();
        await Ingest(grain, Topics.MarketDepth, null, (3, Snapshot(name, 10)));
        await grain.Flush();
        await Rival(name, state => state.Feeds.Move(CoreDriver.Batch(Topics.MarketDepth, null), 9));
        await Ingest(grain, Topics.MarketDepth, 9, (10, Diff(name, 10, 11)));
        Assert.Equal(10, (await grain.Flush()).DurableOf(Topics.MarketDepth, CoreDriver.LogId, 3));
    }

    [Fact]
    public async Task What_loses_a_write_discards_its_memory()
    {
        var (grain, name) = New();
        await Ingest(grain, Topics.MarketDepth, null, (3, Snapshot(name, 10)));
        await grain.Flush();
        await Ingest(grain, Topics.MarketDepth, 3, (4, Diff(name, 10, 11)));
        await Rival(name, _ => { });

        // Two pumps flush it; the one that waits for the other's write does not write the same memory again (simulation, seed 31).
        var flushes = new[] { grain.Flush().AsTask(), grain.Flush().AsTask() };
        var ends = await Task.WhenAll(flushes.Select(flush => Record.ExceptionAsync(() => flush).AsTask()));
        Assert.Single(ends.OfType<InconsistentStateException>());
        // The next activation has what is stored; the pump, told to be ahead of it, goes back.
        await Eventually.HoldsAsync(async () => await Outcome() == IngestOutcome.Behind, _long, "the loser ends");
        await Ingest(grain, Topics.MarketDepth, 3, (4, Diff(name, 10, 11)));
        Assert.Equal(4, (await grain.Flush()).DurableOf(Topics.MarketDepth, CoreDriver.LogId, 3));

        async Task<IngestOutcome?> Outcome()
        {
            try
            {
                return (await grain.Ingest(CoreDriver.Batch(Topics.MarketDepth, 4, CoreDriver.Record(5, Diff(name, 11, 12))))).Outcome;
            }
            catch (OrleansException)
            {
                return null;
            }
        }
    }

    [Fact]
    public async Task Readers_that_wait_are_woken_by_what_they_wait_for()
    {
        var (grain, name) = New();
        var place = await grain.ReadUpdates(null, 0, 10, TimeSpan.Zero);
        Assert.True(place.Reset);
        var updates = grain.ReadUpdates(place.Life, place.Version, 10, _long).AsTask();
        var sequence = grain.WaitForSequence(11, _long).AsTask();
        await Ingest(grain, Topics.MarketDepth, null, (3, Snapshot(name, 10)));
        Assert.Equal(10, (await updates).Updates[0].Sequence);
        Assert.False(sequence.IsCompleted);
        await Ingest(grain, Topics.MarketDepth, 3, (4, Diff(name, 10, 11)));
        Assert.True(await sequence);
        Assert.False(await grain.WaitForSequence(12, TimeSpan.FromMilliseconds(1)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await grain.WaitForSequence(12, TimeSpan.FromSeconds(11)));
    }

    [Fact]
    public async Task A_reader_that_follows_hears_that_the_source_went_down()
    {
        var (grain, name) = New();
        await Ingest(grain, Topics.MarketDepth, null, (3, Snapshot(name, 10)));
        var page = await grain.ReadUpdates(null, 0, 10, TimeSpan.Zero);
        Assert.Equal(FreshnessStatus.Live, (await grain.GetView()).Freshness.Status);
        page = await grain.ReadUpdates(page.Life, page.Version, 10, TimeSpan.Zero);
        var next = grain.ReadUpdates(page.Life, page.Version, 10, _long).AsTask();
        fixture.Source.Down[name] = true;
        var update = Assert.Single((await next).Updates);
        Assert.Equal((StreamUpdateKind.Freshness, FreshnessStatus.SourceDown), (update.Kind, update.Status));
    }

    [Fact]
    public async Task A_gap_asks_the_source_once_and_closes_with_its_answer()
    {
        var (grain, name) = New();
        await Ingest(grain, Topics.MarketDepth, null, (1, Snapshot(name, 10)), (2, Diff(name, 12, 13)));
        Assert.Equal(FreshnessStatus.Gap, (await grain.GetView()).Freshness.Status);
        Assert.True(fixture.Source.Standing.ContainsKey((name, "depth")));
        await Eventually.Holds(() => fixture.Source.Requests.Any(r => r.Entity == name), _long, "the source is asked");
        Assert.Equal(FreshnessStatus.Repairing, (await grain.GetBook(1)).Freshness.Status);
        var request = Assert.Single(fixture.Source.Requests, r => r.Entity == name);
        var batch = CoreDriver.Batch(Topics.MarketDepth, 2, CoreDriver.Record(3, Snapshot(name, 12), request.Id));
        Assert.Equal(1, (await grain.Ingest(batch)).Counts.Applied);
        var view = await grain.GetView();
        Assert.Equal((FreshnessStatus.Live, 13L), (view.Freshness.Status, view.Freshness.Sequence));
        Assert.Equal(
            [$"opened {name} depth", $"requested {name} DepthSnapshot", $"closed {name} depth"],
            fixture.Source.Metered.Where(m => m.Contains(name, StringComparison.Ordinal)));
        Assert.False(fixture.Source.Standing.ContainsKey((name, "depth")));
    }

    [Fact]
    public async Task Minutes_that_leave_are_kept_by_their_days_and_late_trades_join_them()
    {
        var (grain, name) = New();
        var trades = new List<Trade>();
        for (var minute = 0; minute < 3_000; minute += 7)
            trades.Add(Trade(name, trades.Count + 1, minute));
        for (var i = 0; i < trades.Count; i++)
            await Ingest(grain, Topics.MarketTrades, i == 0 ? null : i - 1, (i, trades[i]));
        await grain.Flush();
        trades.Add(Trade(name, trades.Count + 1, 21) with { Price = 99 });
        trades.Add(Trade(name, trades.Count + 1, 22) with { Price = 98 });
        for (var i = trades.Count - 2; i < trades.Count; i++)
            await Ingest(grain, Topics.MarketTrades, i - 1, (i, trades[i]));
        var flush = await grain.Flush();
        Assert.Equal(trades.Count - 1, flush.DurableOf(Topics.MarketTrades, CoreDriver.LogId, 3));

        var stored = await Stored(name);
        Assert.True(stored.Candles.Floor > 0 && stored.Candles.Bars.Count < 250 && stored.Candles.Late.Count == 0);
        var minutes = (await grain.GetCandles(CandleInterval.OneMinute, MarketEvents.Start, MarketEvents.Start.AddMinutes(60))).Candles;
        Assert.Equal(60, minutes.Length);
        Assert.Equal((2, 99m, 1), (minutes[21].Count, minutes[21].High, minutes[22].Count));
        Assert.Equal((0, 98m), (minutes[23].Count, minutes[23].Close));
        var all = (await grain.GetCandles(CandleInterval.OneHour, MarketEvents.Start, MarketEvents.Start.AddDays(3))).Candles;
        Assert.Equal((50, trades.Count), (all.Length, all.Sum(c => c.Count)));
        var days = (await grain.GetCandles(CandleInterval.OneDay, MarketEvents.Start, MarketEvents.Start.AddDays(3))).Candles;
        Assert.Equal((3, trades.Count), (days.Length, days.Sum(c => c.Count)));
        Assert.Equal(99, days[0].High);
    }

    private (IInstrumentGrain Grain, string Name) New()
    {
        var name = $"binance:{Guid.NewGuid():N}";
        return (fixture.Grains.GetGrain<IInstrumentGrain>(name), name);
    }

    private static async Task Ingest(IInstrumentGrain grain, string topic, long? previous, params (long Offset, MarketEvent Item)[] items)
    {
        var records = items.Select(i => CoreDriver.Record(i.Offset, i.Item)).ToArray();
        var result = await grain.Ingest(CoreDriver.Batch(topic, previous, records));
        Assert.True(result.Outcome == IngestOutcome.Applied, $"{result.Outcome} {result.Reason}");
    }

    private async Task<InstrumentState> Stored(string name)
    {
        var row = await fixture.Store.Read(new StateKey(InstrumentGrain.StateName, name), CancellationToken.None);
        var state = new InstrumentState();
        state.Read(row!.Payload.Span, row.SchemaVersion);
        return state;
    }

    /// <summary>Another activation somewhere writes the row.</summary>
    private async Task Rival(string name, Action<InstrumentState> change)
    {
        var key = new StateKey(InstrumentGrain.StateName, name);
        var row = await fixture.Store.Read(key, CancellationToken.None);
        var state = await Stored(name);
        change(state);
        var bytes = new ArrayBufferWriter<byte>();
        state.Write(bytes);
        var outcome = await fixture.Store.Write(
            new StateWrite
            {
                Key = key,
                SchemaVersion = state.SchemaVersion,
                Payload = bytes.WrittenMemory,
                ExpectedETag = row!.ETag,
                ETag = $"{Guid.NewGuid():N}",
                Index = state.Index,
            },
            CancellationToken.None);
        Assert.True(outcome.Written);
    }

    private static DepthSnapshot Snapshot(string name, long sequence) => MarketEvents.Snapshot(sequence, at: 0) with { Instrument = name };

    private static DepthDiff Diff(string name, long previous, long last) => MarketEvents.Diff(previous, last, at: 0) with { Instrument = name };

    private static Trade Trade(string name, long id, int minute) => MarketEvents.Trade(id, at: minute * 60) with { Instrument = name };
}
