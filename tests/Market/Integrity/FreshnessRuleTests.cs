using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Gates;

namespace StreamForge.Tests.Market.Integrity;

public sealed class FreshnessRuleTests
{
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan _bound = TimeSpan.FromSeconds(5);
    private static readonly FeedStanding _good = new(_now.AddSeconds(-1), true, false, false, null);
    private static readonly Gap _gap = new(_now, _now.AddSeconds(-9), "ids 1 to 2 are missing");

    [Fact]
    public void Each_trouble_has_its_status_and_the_worst_is_said()
    {
        Assert.Equal(FreshnessStatus.Live, Status(default, _good));
        Assert.Equal(FreshnessStatus.Stale, Status(default, _good with { Watermark = _now.AddSeconds(-6) }));
        Assert.Equal(FreshnessStatus.Stale, Status(default, _good with { Watermark = null }));
        Assert.Equal(FreshnessStatus.Stalled, Status(default, _good with { Stalled = true }));
        Assert.Equal(FreshnessStatus.SourceDown, Status(default, _good with { SourceUp = false, Stalled = true }));
        Assert.Equal(FreshnessStatus.Repairing, Status(new() { Gap = _gap, Repairing = true }, _good with { SourceUp = false }));
        Assert.Equal(FreshnessStatus.Gap, Status(new() { Gap = _gap }, _good with { Stalled = true }));
        Assert.Equal(FreshnessStatus.Parked, Status(new() { Gap = _gap }, _good with { Parked = true }));
        Assert.Equal(FreshnessStatus.Cold, Status(new() { Cold = true, Gap = _gap }, _good with { Parked = true }));
    }

    [Fact]
    public void Every_status_but_live_has_a_reason()
    {
        StreamStanding[] streams = [default, new() { Gap = _gap }, new() { Cold = true }];
        FeedStanding[] feeds =
        [
            _good, _good with { Parked = true }, _good with { SourceUp = false }, _good with { Stalled = true }, _good with { Watermark = null },
        ];
        foreach (var stream in streams)
            foreach (var feed in feeds)
            {
                var freshness = FreshnessRule.Of(stream, feed, _now, _bound);
                Assert.Equal(freshness.Status == FreshnessStatus.Live, freshness.Reason is null);
            }
    }

    [Fact]
    public void The_watermark_is_frozen_while_something_is_missing()
    {
        Assert.Equal(_now.AddSeconds(-1), FreshnessRule.Of(default, _good, _now, _bound).Watermark);
        Assert.Equal(_gap.CompleteThrough, FreshnessRule.Of(new() { Gap = _gap }, _good, _now, _bound).Watermark);
        // A feed that lags vouches for less than the gap does.
        var lagging = _good with { Watermark = _now.AddSeconds(-30) };
        Assert.Equal(lagging.Watermark, FreshnessRule.Of(new() { Gap = _gap }, lagging, _now, _bound).Watermark);
        Assert.Null(FreshnessRule.Of(new() { Gap = _gap with { CompleteThrough = null } }, _good, _now, _bound).Watermark);
        Assert.Null(FreshnessRule.Of(new() { Cold = true }, _good, _now, _bound).Watermark);
    }

    [Fact]
    public void Nothing_after_a_digest_that_is_ahead_is_vouched_for()
    {
        var ahead = new StreamStanding { VouchedThrough = _now.AddSeconds(-3) };
        Assert.Equal(_now.AddSeconds(-3), FreshnessRule.Of(ahead, _good, _now, _bound).Watermark);
        Assert.Null(FreshnessRule.Of(new() { VouchedThrough = DateTimeOffset.MinValue }, _good, _now, _bound).Watermark);
        Assert.Equal(FreshnessStatus.Stale, Status(new() { VouchedThrough = DateTimeOffset.MinValue }, _good));
        Assert.Equal(_now.AddSeconds(-1), FreshnessRule.Of(ahead with { VouchedThrough = _now }, _good, _now, _bound).Watermark);
    }

    [Fact]
    public void Of_two_streams_the_worse_is_said_and_the_lower_watermark()
    {
        var book = FreshnessRule.Of(new() { Sequence = 7, VerifiedAt = _now }, _good, _now, _bound);
        var trades = FreshnessRule.Of(new() { Sequence = 99, Gap = _gap }, _good, _now, _bound);
        foreach (var (a, b) in new[] { (book, trades), (trades, book) })
        {
            var worst = FreshnessRule.Worst(a, b);
            Assert.Equal((FreshnessStatus.Gap, _gap.Reason, _gap.CompleteThrough), (worst.Status, worst.Reason, worst.Watermark));
            Assert.Equal(a.Sequence, worst.Sequence);
        }

        Assert.Null(FreshnessRule.Worst(book, Freshness.Unknown).Watermark);
        Assert.Null(FreshnessRule.Worst(Freshness.Unknown, book).Watermark);
    }

    private static FreshnessStatus Status(StreamStanding stream, FeedStanding feed) =>
        FreshnessRule.Of(stream, feed, _now, _bound).Status;
}
