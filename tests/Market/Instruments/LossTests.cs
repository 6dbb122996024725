using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using static StreamForge.Tests.Market.Instruments.MarketEvents;

namespace StreamForge.Tests.Market.Instruments;

/// <summary>Records that retention took: every instrument of the partition is in gap until its own records prove that it misses nothing.</summary>
public sealed class LossTests
{
    // The driver gives each topic offsets of its own, from 0: what stands at 0 was before the loss.
    private static readonly FeedLoss _loss = new(CoreDriver.LogId, 3, 1, 2, Start.AddSeconds(10));
    private readonly CoreDriver _driver = new(Name);
    private FeedLoss? _known = _loss;

    [Fact]
    public void A_quiet_instrument_is_in_gap_and_asks_in_the_background_until_the_source_has_answered()
    {
        _driver.Accept(Snapshot(10, at: 0));
        _driver.Accept(Trade(5, at: 0));
        Assert.Equal(FreshnessStatus.Gap, Observe(11).Status);
        Assert.False(_driver.Core.IsPast(Topics.MarketDepth, _loss));
        var book = _driver.Core.NextRepair(_driver.Now)!;
        var trades = _driver.Core.NextRepair(_driver.Now)!;
        Assert.Equal((RepairKind.DepthSnapshot, false), (book.Kind, book.Interactive));
        Assert.Equal((RepairKind.Trades, false, 5L), (trades.Kind, trades.Interactive, trades.From));
        // Stands for the lost ones: the next record is behind them.
        Lose();
        _driver.Accept(Snapshot(10, at: 12), book.Id);
        Assert.True(_driver.Core.IsPast(Topics.MarketDepth, _loss));
        Assert.False(_driver.Core.IsPast(Topics.MarketTrades, _loss));
        // From a server that is behind, which knows not even the newest one.
        _driver.Accept(Range(5, 1_004, at: 12) with { ThroughId = 4 }, trades.Id);
        Assert.False(_driver.Core.IsPast(Topics.MarketTrades, _loss));
        _driver.Accept(Range(5, 1_004, at: 12, Trade(5, at: 0)) with { ThroughId = 5 }, trades.Id);
        Assert.True(_driver.Core.IsPast(Topics.MarketTrades, _loss));
        Assert.Equal(FreshnessStatus.Live, Observe(12).Status);
        _driver.Restart();
        Assert.Equal(FreshnessStatus.Live, Observe(13).Status);
    }

    [Fact]
    public void Lost_trades_are_found_and_a_full_answer_is_not_the_end_of_them()
    {
        var driver = new CoreDriver(Name, new() { TradesPerRepair = 3 });
        driver.Accept(Trade(5, at: 0));
        driver.Now = Start.AddSeconds(11);
        Observe(driver);
        var first = driver.Core.NextRepair(driver.Now)!;
        driver.Core.Ingest(CoreDriver.Batch(Topics.MarketTrades, 0, CoreDriver.Record(1, null)), driver.Now);
        Take(driver, 2, Range(5, 7, at: 11, Trade(5, at: 0), Trade(6, at: 1), Trade(7, at: 2)), first.Id);
        Assert.Equal(FreshnessStatus.Repairing, Observe(driver).Status);
        driver.Core.RepairEnded(first, new RepairOutcome(true), driver.Now);
        var second = driver.Core.NextRepair(driver.Now)!;
        Assert.Equal((7L, 9L), (second.From, second.To));
        Take(driver, 3, Range(7, 9, at: 11, Trade(7, at: 2), Trade(8, at: 3)) with { ThroughId = 8 }, second.Id);
        Assert.Equal((FreshnessStatus.Live, 8), (Observe(driver).Status, driver.State.TradeIds.Through));
    }

    [Fact]
    public void Events_that_continue_the_sequence_behind_the_loss_prove_that_nothing_was_lost_of_this_one()
    {
        _driver.Accept(Snapshot(10, at: 0));
        Assert.Equal(FreshnessStatus.Gap, Observe(11).Status);
        Lose();
        _driver.Accept(Diff(10, 11, at: 1));
        Assert.Equal(FreshnessStatus.Live, Observe(11).Status);
    }

    [Fact]
    public void A_snapshot_from_before_the_loss_was_noticed_proves_nothing()
    {
        _driver.Accept(Snapshot(10, at: 0));
        Observe(11);
        Lose();
        _driver.Accept(Snapshot(10, at: 9));
        Assert.Equal(FreshnessStatus.Gap, Observe(11).Status);
    }

    [Fact]
    public void Another_log_another_partition_or_no_loss_any_more_is_no_gap()
    {
        _driver.Accept(Snapshot(10, at: 0));
        Assert.True(_driver.Core.IsPast(Topics.MarketDepth, _loss with { Partition = 4 }));
        Assert.Equal(FreshnessStatus.Gap, Observe(11).Status);
        _known = null;
        Assert.Equal(FreshnessStatus.Live, Observe(11).Status);
    }

    private Freshness Observe(double at)
    {
        _driver.Now = Start.AddSeconds(at);
        var feed = new FeedStanding(_driver.Now, true, false, false, null, _known);
        _driver.Core.Observe(feed, feed, _driver.Now);
        _driver.Core.Tick(_driver.Now, _driver.Now, _driver.Now);
        return _driver.Core.Freshness;
    }

    private static Freshness Observe(CoreDriver driver)
    {
        var feed = new FeedStanding(driver.Now, true, false, false, null, _loss);
        driver.Core.Observe(feed, feed, driver.Now);
        driver.Core.Tick(driver.Now, driver.Now, driver.Now);
        return driver.Core.Trades(1).Freshness;
    }

    private void Lose()
    {
        foreach (var topic in new[] { Topics.MarketDepth, Topics.MarketTrades })
            _driver.Skip(topic);
    }

    private static void Take(CoreDriver driver, long offset, MarketEvent item, string repairId) =>
        Assert.Equal(
            IngestOutcome.Applied,
            driver.Core.Ingest(
                CoreDriver.Batch(Topics.MarketTrades, offset - 1, CoreDriver.Record(offset, item, repairId)), driver.Now).Outcome);
}
