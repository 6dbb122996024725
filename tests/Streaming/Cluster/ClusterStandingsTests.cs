using System.Collections.Immutable;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Cluster;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Streaming.Cluster;

/// <summary>What a silo knows of partitions that others read.</summary>
public class ClusterStandingsTests
{
    private const string Topic = "market.depth";
    private const string Key = "binance:BTCUSDT";
    private const string Source = "binance";

    private readonly ManualTime _time = new();
    private readonly ClusterStandings _standings;

    public ClusterStandingsTests() => _standings = new ClusterStandings(new FeedBoard(static _ => 2), static _ => 2, _time);

    [Fact]
    public void Nobody_vouches_for_what_nobody_has_told()
    {
        var standing = Ask(0);
        Assert.Null(standing.Watermark);
        Assert.Null(standing.Delivered);
        Assert.NotNull(standing.Reason);
        Assert.False(standing.Stalled || standing.Parked);
    }

    [Fact]
    public void A_question_goes_to_who_reads_the_partition_and_its_answer_counts_from_then_on()
    {
        Ask(0);
        Assert.Empty(_standings.QuestionsFor("a"));
        Tell("a", [], new ReadPartition(Topic, 0, 1));
        var question = Assert.Single(_standings.QuestionsFor("a"));
        Assert.Equal(new FeedQuestion(Topic, 0, Key, Source, Stored: false), question);
        Tell("a", [question], new ReadPartition(Topic, 0, 1));
        Assert.Equal(_time.GetUtcNow(), Ask(0).Watermark);
        Assert.Empty(_standings.QuestionsFor("b"));
    }

    [Fact]
    public void Of_two_that_claim_a_partition_the_higher_epoch_is_asked()
    {
        Ask(0);
        Tell("new", [], new ReadPartition(Topic, 0, 5));
        Tell("zombie", [], new ReadPartition(Topic, 0, 4));
        Assert.Empty(_standings.QuestionsFor("zombie"));
        Assert.Single(_standings.QuestionsFor("new"));
        Assert.Equal("new", _standings.SiloReading(new TopicPartition(Topic, 0), "here"));
    }

    [Fact]
    public void A_word_stays_when_its_silo_is_gone_and_grows_old_and_no_answer_takes_nothing_back()
    {
        Ask(0);
        Tell("a", [], new ReadPartition(Topic, 0, 1));
        var questions = _standings.QuestionsFor("a");
        Tell("a", questions, new ReadPartition(Topic, 0, 1));
        var said = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(3));
        _standings.Learn("a", questions, new FeedAnswers { Standings = [null], Reads = [] });
        Assert.Equal(said, Ask(0).Watermark);
    }

    [Fact]
    public void What_nobody_wants_to_know_any_more_is_not_asked()
    {
        Ask(0);
        Tell("a", [], new ReadPartition(Topic, 0, 1));
        _time.Advance(ClusterStandings.Interest);
        Assert.Single(_standings.QuestionsFor("a"));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Empty(_standings.QuestionsFor("a"));
    }

    [Fact]
    public void A_key_that_was_never_fed_is_vouched_for_by_all_partitions_or_by_none()
    {
        Assert.Null(_standings.Of(Topic, null, Key, Source).Watermark);
        Tell("a", [], new ReadPartition(Topic, 0, 1), new ReadPartition(Topic, 1, 1));
        var questions = _standings.QuestionsFor("a");
        Assert.Equal(2, questions.Length);
        var one = questions.Single(question => question.Partition == 0);
        Tell("a", [one]);
        Assert.Null(_standings.Of(Topic, null, Key, Source).Watermark);
        var first = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(1));
        Tell("a", [questions.Single(question => question.Partition == 1)]);
        Assert.Equal(first, _standings.Of(Topic, null, Key, Source).Watermark);
    }

    private FeedStanding Ask(int partition) => _standings.Of(Topic, partition, Key, Source);

    /// <summary>Each question is answered by a watermark of now.</summary>
    private void Tell(string silo, ImmutableArray<FeedQuestion> questions, params ImmutableArray<ReadPartition> reads) => _standings.Learn(
        silo,
        questions,
        new FeedAnswers
        {
            Standings = [.. questions.Select(_ => (FeedStanding?)new FeedStanding(
                _time.GetUtcNow(), SourceUp: true, Stalled: false, Parked: false, Reason: null,
                Delivered: new FeedDelivery(0, Guid.Empty, -1, 1)))],
            Reads = reads,
        });
}
