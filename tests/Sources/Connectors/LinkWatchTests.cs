using StreamForge.Sources.Connectors;

namespace StreamForge.Tests.Sources.Connectors;

/// <summary>What may be vouched for, and when.</summary>
public sealed class LinkWatchTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private readonly LinkWatch _watch = new(TimeSpan.FromSeconds(10));

    [Fact]
    public void An_answered_ping_vouches_for_the_time_it_was_sent_once_the_frames_before_it_are_durable()
    {
        _watch.Opened(At(0));
        var ping = _watch.Ask(At(1), confirmed: true);
        _watch.Received(At(3));
        _watch.Answered(ping, needs: 5);
        Assert.Null(_watch.Report(At(3), acknowledged: 4, missing: null).Through);
        Assert.Equal(At(1), _watch.Report(At(3), acknowledged: 5, missing: null).Through);
    }

    [Fact]
    public void A_ping_sent_before_all_was_subscribed_proves_nothing()
    {
        _watch.Opened(At(0));
        var early = _watch.Ask(At(1), confirmed: false);
        _watch.Answered(early, needs: 0);
        Assert.Equal(new LinkReport(null, false, "no ping was answered yet"), Report(At(2)));
        _watch.Answered(_watch.Ask(At(2), confirmed: true), needs: 0);
        Assert.Equal(new LinkReport(At(2), true, null), Report(At(3)));
    }

    [Fact]
    public void Answers_that_were_never_asked_for_prove_nothing()
    {
        _watch.Opened(At(0));
        _watch.Answered(99, needs: 0);
        Assert.Null(Report(At(1)).Through);
    }

    [Fact]
    public void Silence_stops_the_vouching_and_then_the_link()
    {
        _watch.Opened(At(0));
        _watch.Answered(_watch.Ask(At(1), confirmed: true), needs: 0);
        _watch.Received(At(1));
        _watch.Ask(At(2), confirmed: true);
        Assert.Equal(new LinkReport(At(1), true, null), Report(At(11)));
        Assert.False(_watch.IsSilent(At(11)));
        Assert.Equal(new LinkReport(At(1), false, "the link is silent"), Report(At(12)));
        Assert.True(_watch.IsSilent(At(12)));
    }

    [Fact]
    public void A_new_link_must_prove_itself_and_the_old_word_stands_meanwhile()
    {
        _watch.Opened(At(0));
        var unanswered = _watch.Ask(At(1), confirmed: true);
        _watch.Answered(_watch.Ask(At(2), confirmed: true), needs: 0);
        Assert.Equal(At(2), Report(At(2)).Through);
        _watch.Closed("cut");
        Assert.Equal(new LinkReport(At(2), false, "cut"), Report(At(5)));
        _watch.Opened(At(6));
        Assert.Equal(new LinkReport(At(2), false, "no ping was answered yet"), Report(At(6)));
        _watch.Answered(unanswered, needs: 0);
        Assert.Equal(new LinkReport(At(2), false, "no ping was answered yet"), Report(At(6)));
    }

    [Fact]
    public void Our_own_waiting_is_not_the_links_silence()
    {
        _watch.Opened(At(0));
        _watch.Blocked(true, At(1));
        Assert.False(_watch.IsSilent(At(100)));
        _watch.Blocked(false, At(100));
        Assert.False(_watch.IsSilent(At(110)));
        Assert.True(_watch.IsSilent(At(111)));
    }

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);

    private LinkReport Report(DateTimeOffset now) => _watch.Report(now, acknowledged: long.MaxValue, missing: null);
}
