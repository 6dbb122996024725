using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using static StreamForge.Tests.Market.Instruments.MarketEvents;

namespace StreamForge.Tests.Market.Instruments;

/// <summary>What a rule refuses was published all the same: without it no view is complete, also where nothing comes after it.</summary>
public sealed class RefusedTests
{
    private readonly CoreDriver _driver = new(Name);

    [Fact]
    public void A_trade_that_is_refused_is_missing_at_once_and_is_asked_for()
    {
        _driver.Accept(Trade(7, 1));
        Assert.Equal(IngestOutcome.Rejected, _driver.Feed(Trade(8, 2) with { Quantity = -1 }).Outcome);
        PassOver(Topics.MarketTrades, 1);
        Observed(FreshnessStatus.Gap);
        _driver.Now += TimeSpan.FromSeconds(1);
        var asked = _driver.Core.NextRepair(_driver.Now)!;
        Assert.Equal((8, 8), (asked.From, asked.To));
        _driver.Restart();
        Observed(FreshnessStatus.Gap);
        _driver.Accept(Trade(8, 3));
        Observed(FreshnessStatus.Live);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(20_000_000)]
    public void One_that_is_known_or_that_nobody_would_believe_says_nothing(long id)
    {
        _driver.Accept(Trade(7, 1));
        _driver.Feed(Trade(id, 2) with { Quantity = -1 });
        Observed(FreshnessStatus.Live);
    }

    [Fact]
    public void A_change_of_the_book_that_is_refused_is_missing_when_it_is_overdue_and_vouched_for_by_nobody_before()
    {
        _driver.Accept(Snapshot(5, 1));
        _driver.Proven = Start.AddSeconds(1);
        _driver.Feed(Diff(5, 6, 2) with { Bids = [new(-1, 1)] });
        PassOver(Topics.MarketDepth, 1);
        _driver.Now = Start.AddSeconds(2);
        _driver.Observe();
        Assert.Equal(Start.AddSeconds(1), _driver.Core.Book(1).Freshness.Watermark);
        _driver.Now = Start.AddSeconds(30);
        _driver.Core.Tick(_driver.Now, _driver.Now, _driver.Now);
        _driver.Observe();
        Assert.Equal(FreshnessStatus.Gap, _driver.Core.Book(1).Freshness.Status);
    }

    /// <summary>As a pump does with what was refused, once it is a dead letter.</summary>
    private void PassOver(string topic, long offset) =>
        _driver.Core.Ingest(CoreDriver.Batch(topic, offset - 1, CoreDriver.Record(offset, null)), _driver.Now);

    private void Observed(FreshnessStatus expected)
    {
        _driver.Observe();
        Assert.Equal(expected, _driver.Core.Trades(10).Freshness.Status);
    }
}
