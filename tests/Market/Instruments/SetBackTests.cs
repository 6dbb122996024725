using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Market;
using static StreamForge.Tests.Market.Instruments.MarketEvents;

namespace StreamForge.Tests.Market.Instruments;

/// <summary>A source that says less than it said before: late, lagging, or reset. Never live with what is no longer true.</summary>
public sealed class SetBackTests
{
    private readonly CoreDriver _driver = new(Name);

    [Fact]
    public void A_venue_that_was_reset_is_believed_when_it_says_so_twice_and_nothing_of_it_is_missed()
    {
        Book(1_000, at: 0);
        _driver.Accept(Snapshot(50, at: 60));
        Assert.Equal(FreshnessStatus.Stale, Status(61));
        _driver.Accept(Digest(51, at: 62));
        Assert.Equal(FreshnessStatus.Gap, Status(62));
        var first = Ask(63);
        Assert.Equal(RepairKind.DepthSnapshot, first.Kind);
        // What the venue sends while it is asked belongs to the new sequence: held until the answer comes.
        Assert.Equal(1, _driver.Accept(Diff(51, 52, at: 63)).Counts.Applied);
        Answer(first, Snapshot(51, at: 63));
        Assert.Equal((1_000, FreshnessStatus.Gap), (_driver.State.BookSequence, Status(63)));
        var second = Ask(65);
        Answer(second, Snapshot(51, at: 65));
        Assert.Equal((52, FreshnessStatus.Live), (_driver.State.BookSequence, Status(65)));
        Assert.Equal(1, _driver.Accept(Diff(52, 53, at: 66)).Counts.Applied);
        Assert.Equal((53, 1), (_driver.State.BookSequence, _driver.State.Sequence.SetBack.Resets));
        Assert.Null(_driver.Core.NextRepair(_driver.Now));
    }

    [Fact]
    public void A_reset_right_after_the_newest_event_is_not_overlooked_where_nothing_follows()
    {
        Book(1_000, at: 0);
        _driver.Proven = Start;
        _driver.Accept(Snapshot(50, at: 1));
        Assert.Equal(Start, Freshness(1).Watermark);
        Assert.Equal(FreshnessStatus.Gap, Status(4));
    }

    [Fact]
    public void An_old_snapshot_that_comes_late_is_no_reset()
    {
        Book(1_000, at: 0);
        _driver.Accept(Snapshot(900, at: 5), "asked-by-somebody");
        Assert.Equal(FreshnessStatus.Gap, Status(8));
        var asked = Ask(9);
        for (var i = 0; i < 5; i++)
            _driver.Accept(Snapshot(900 + i, at: 9), "asked-by-somebody");
        Assert.Equal((1_000, FreshnessStatus.Repairing), (_driver.State.BookSequence, Status(9)));
        Answer(asked, Snapshot(1_000, at: 9));
        Assert.Equal((1_000, FreshnessStatus.Live, 0), (_driver.State.BookSequence, Status(9), _driver.State.Sequence.SetBack.Resets));
    }

    [Fact]
    public void What_was_received_before_the_newest_is_only_late_and_a_source_that_goes_on_has_no_doubt_on_it()
    {
        Book(1_000, at: 10);
        _driver.Accept(Snapshot(990, at: 9));
        _driver.Accept(Digest(995, at: 10));
        Assert.Equal(FreshnessStatus.Live, Status(14));
        _driver.Accept(Snapshot(990, at: 11));
        _driver.Accept(Diff(1_000, 1_001, at: 12));
        Assert.Equal(FreshnessStatus.Live, Status(16));
        Assert.False(_driver.Core.NeedsTicks);
    }

    [Fact]
    public void A_suspicion_outlives_a_restart_and_the_answers_of_before_do_not_count()
    {
        Book(1_000, at: 0);
        _driver.Accept(Snapshot(50, at: 5));
        Assert.Equal(FreshnessStatus.Gap, Status(8));
        var before = Ask(9);
        Answer(before, Snapshot(50, at: 9));
        _driver.Restart();
        Assert.Equal(FreshnessStatus.Gap, Status(10));
        _driver.Accept(Snapshot(50, at: 10), before.Id + "x");
        Assert.Equal(1_000, _driver.State.BookSequence);
        // What the stream said before the restart is not known any more: it says it again.
        Assert.Equal(1, _driver.Accept(Diff(49, 50, at: 11)).Counts.Applied);
        Answer(Ask(12), Snapshot(50, at: 12));
        Assert.Equal((50, FreshnessStatus.Live), (_driver.State.BookSequence, Status(12)));
    }

    [Fact]
    public void A_gap_that_was_open_does_not_hide_the_reset()
    {
        Book(1_000, at: 0);
        _driver.Accept(Diff(1_010, 1_020, at: 1));
        _driver.Accept(Snapshot(50, at: 5));
        _driver.Accept(Digest(50, at: 6));
        Assert.Equal(FreshnessStatus.Gap, Status(9));
        Answer(Ask(10), Snapshot(50, at: 10));
        Answer(Ask(12), Snapshot(50, at: 12));
        Assert.Equal((50, FreshnessStatus.Live), (_driver.State.BookSequence, Status(12)));
    }

    [Fact]
    public void A_server_that_lags_is_no_reset_however_often_it_answers_and_its_stream_refutes_it()
    {
        Book(1_000, at: 0);
        _driver.Accept(Snapshot(900, at: 5));
        Assert.Equal(FreshnessStatus.Gap, Status(8));
        foreach (var at in (double[])[10, 13, 18, 28])
            Answer(Ask(at), Snapshot(900, at));
        Assert.Equal((1_000, FreshnessStatus.Gap), (_driver.State.BookSequence, Status(28)));
        Assert.Equal(1, _driver.Accept(Diff(1_000, 1_001, at: 29)).Counts.Applied);
        Assert.Equal((1_001, FreshnessStatus.Live, 0), (_driver.State.BookSequence, Status(30), _driver.State.Sequence.SetBack.Resets));
        Assert.False(_driver.Core.NeedsTicks);
    }

    [Fact]
    public void What_was_missing_before_a_server_lagged_is_missing_still_when_its_stream_goes_on()
    {
        Book(1_000, at: 0);
        _driver.Accept(Diff(1_010, 1_020, at: 1));
        _driver.Accept(Snapshot(900, at: 5));
        Assert.Equal(FreshnessStatus.Gap, Status(9));
        // Below what is known of it, and so no refutation.
        _driver.Accept(Diff(1_000, 1_005, at: 10));
        Assert.Equal((1_000, FreshnessStatus.Gap), (_driver.State.BookSequence, Status(10)));
        _driver.Accept(Diff(1_020, 1_021, at: 11));
        Assert.Equal((1_000, FreshnessStatus.Gap), (_driver.State.BookSequence, Status(11)));
        Answer(Ask(12), Snapshot(1_020, at: 12));
        Assert.Equal((1_021, FreshnessStatus.Live), (_driver.State.BookSequence, Status(12)));
    }

    [Fact]
    public void A_server_that_lags_takes_no_trade_back()
    {
        _driver.Accept(Trade(1_000, at: 0));
        _driver.Accept(Trade(1_001, at: 1));
        _driver.Accept(Range(1_000, 1_000, at: 5, Trade(1_000, at: 0)));
        Assert.Equal(FreshnessStatus.Gap, TradeStatus(8));
        Answer(Ask(9), Range(1_001, 1_001, at: 9));
        Answer(Ask(12), Range(1_001, 1_001, at: 12));
        Assert.Equal((1_001, FreshnessStatus.Gap), (_driver.State.TradeIds.Through, TradeStatus(12)));
        Assert.Equal(1, _driver.Accept(Trade(1_002, at: 13)).Counts.Applied);
        Assert.Equal((1_002, FreshnessStatus.Live), (_driver.State.TradeIds.Through, TradeStatus(14)));
        Assert.Equal([1_002L, 1_001, 1_000], _driver.Core.Trades(10).Trades.Select(t => t.TradeId!.Value));
    }

    [Fact]
    public void Trades_of_a_venue_that_was_reset_begin_anew_and_those_heard_meanwhile_are_asked_for()
    {
        _driver.Accept(Trade(1_000, at: 0));
        Assert.Equal(1, _driver.Accept(Trade(1_000, at: 1)).Counts.Duplicate);
        Assert.Equal(FreshnessStatus.Live, TradeStatus(4));
        _driver.Accept(Range(20, 20, at: 60, Trade(20, at: 59)));
        _driver.Accept(Trade(21, at: 61));
        Assert.Equal(FreshnessStatus.Gap, TradeStatus(64));
        var first = Ask(65);
        Assert.Equal((RepairKind.Trades, 1_000L, 1_000L), (first.Kind, first.From, first.To));
        Answer(first, Range(1_000, 1_000, at: 65));
        Assert.Equal(FreshnessStatus.Gap, TradeStatus(65));
        Answer(Ask(67), Range(1_000, 1_000, at: 67));
        var rest = Ask(69);
        Assert.Equal((20L, 21L), (rest.From, rest.To));
        Answer(rest, Range(20, 21, at: 69, Trade(20, at: 59), Trade(21, at: 61)));
        Assert.Equal(FreshnessStatus.Live, TradeStatus(69));
        _driver.Accept(Trade(22, at: 70));
        Assert.Equal([22L, 21, 20, 1_000], _driver.Core.Trades(10).Trades.Select(t => t.TradeId!.Value));
        Assert.Equal((22, FreshnessStatus.Live), (_driver.State.TradeIds.Through, TradeStatus(70)));
    }

    [Fact]
    public void Trades_that_the_venue_still_knows_are_no_reset()
    {
        _driver.Accept(Trade(1_000, at: 0));
        _driver.Accept(Trade(1_001, at: 0));
        _driver.Accept(Trade(1_000, at: 10));
        Assert.Equal(FreshnessStatus.Gap, TradeStatus(13));
        Answer(Ask(14), Range(1_001, 1_001, at: 14, Trade(1_001, at: 0)));
        Assert.Equal((FreshnessStatus.Live, 1_001), (TradeStatus(14), _driver.State.TradeIds.Through));
    }

    [Fact]
    public void An_id_absurdly_far_ahead_is_refused_until_another_one_near_it_follows()
    {
        _driver.Accept(Trade(1, at: 0));
        for (var i = 0; i < 2; i++)
            Assert.Equal(IngestOutcome.Rejected, _driver.Core.Ingest(
                CoreDriver.Batch(Topics.MarketTrades, 0, CoreDriver.Record(1, Trade(90_000_000, at: 1))), _driver.Now).Outcome);
        _driver.Core.Ingest(CoreDriver.Batch(Topics.MarketTrades, 0, CoreDriver.Record(1, null)), _driver.Now);
        _driver.Core.Ingest(CoreDriver.Batch(Topics.MarketTrades, 1, CoreDriver.Record(2, Trade(2, at: 2))), _driver.Now);
        Assert.Equal((2, FreshnessStatus.Live), (_driver.State.TradeIds.Through, TradeStatus(2)));

        _driver.Core.Ingest(CoreDriver.Batch(Topics.MarketTrades, 2, CoreDriver.Record(3, Trade(90_000_002, at: 3))), _driver.Now);
        Assert.Equal(FreshnessStatus.Gap, TradeStatus(3));
        Assert.Equal((3L, 89_999_999L), (_driver.State.TradeIds.Lost[0].Ids.From, _driver.State.TradeIds.Lost[0].Ids.To));
        var ask = Ask(5);
        Assert.Equal((90_000_000L, 90_000_001L), (ask.From, ask.To));
    }

    [Fact]
    public void A_late_duplicate_on_a_quiet_stream_makes_nothing_fresher()
    {
        Book(10, at: 0);
        _driver.Accept(Digest(10, at: 1));
        _driver.Accept(Trade(1, at: 0));
        Pass(60);
        var (book, trades) = (_driver.Core.Book(1).Freshness, _driver.Core.Trades(1).Freshness);
        Assert.Equal((FreshnessStatus.Live, Start.AddSeconds(60), Start.AddSeconds(1)), (book.Status, book.Watermark, book.VerifiedAt));
        // Appended a second time: what they were received at is as before.
        foreach (var again in new MarketEvent[] { Snapshot(10, at: 0), Digest(10, at: 1), Diff(8, 10, at: 0), Trade(1, at: 0) })
            _driver.Accept(again);
        Pass(60);
        Assert.Equal((book, trades), (_driver.Core.Book(1).Freshness, _driver.Core.Trades(1).Freshness));
        // Sent a second time: the link lives, which the watermark knows better.
        _driver.Accept(Diff(8, 10, at: 61));
        _driver.Accept(Trade(1, at: 61));
        Pass(60);
        Assert.Equal((book, trades), (_driver.Core.Book(1).Freshness, _driver.Core.Trades(1).Freshness));
        Assert.False(_driver.Core.NeedsTicks);
    }

    [Fact]
    public void A_question_carries_the_trace_of_what_led_to_it()
    {
        const string Trace = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";
        Book(10, at: 0);
        var record = CoreDriver.Record(5, Diff(12, 13, at: 0)) with { TraceParent = Trace };
        _driver.Core.Ingest(CoreDriver.Batch(Topics.MarketDepth, 0, record), _driver.Now);
        Assert.Equal(Trace, Ask(1).TraceParent);
        _driver.Restart();
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$", Ask(2).TraceParent);
    }

    [Fact]
    public void Books_without_sequences_are_counted_and_the_count_is_stored()
    {
        _driver.Accept(Snapshot(null, at: 0) with { Epoch = 1 });
        _driver.Accept(Diff(null, null, at: 1));
        Assert.Equal(2, Freshness(1).Sequence);
        _driver.Restart();
        _driver.Accept(Diff(null, null, at: 2));
        Assert.Equal((3L, 3L), (Freshness(2).Sequence, _driver.State.Index.Sequence));
    }

    private void Book(long sequence, double at) => _driver.Accept(Snapshot(sequence, at));

    private Freshness Freshness(double at)
    {
        Pass(at);
        return _driver.Core.Book(1).Freshness;
    }

    private FreshnessStatus Status(double at) => Freshness(at).Status;

    private FreshnessStatus TradeStatus(double at)
    {
        Pass(at);
        return _driver.Core.Trades(1).Freshness.Status;
    }

    /// <summary>Time goes to so many seconds after the start, and the feed is vouched for up to then.</summary>
    private void Pass(double at)
    {
        _driver.Now = Start.AddSeconds(at);
        _driver.Core.Tick(_driver.Now, _driver.Now, _driver.Now);
        _driver.Observe();
    }

    private RepairRequest Ask(double at)
    {
        Pass(at);
        return _driver.Core.NextRepair(_driver.Now) ?? throw new InvalidOperationException("Nothing is asked for.");
    }

    private void Answer(RepairRequest request, MarketEvent answer)
    {
        _driver.Core.RepairEnded(request, new RepairOutcome(true), _driver.Now);
        _driver.Accept(answer, request.Id);
    }
}
