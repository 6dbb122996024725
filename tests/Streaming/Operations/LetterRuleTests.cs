using System.Text;
using StreamForge.Contracts.Operations;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Operations.DeadLetters;
using StreamForge.Silo.Streaming;

namespace StreamForge.Tests.Streaming.Operations;

/// <summary>What may be done about a dead letter, and what a letter says of itself.</summary>
public sealed class LetterRuleTests
{
    private static readonly Guid _logId = new("5e6a3f10-94a1-4a34-8a0b-1f2d3c4b5a69");
    private static readonly DateTimeOffset _at = DateTimeOffset.UnixEpoch.AddDays(20_000);

    [Theory]
    [InlineData(DeadLetterState.Open, false, "Append")]
    [InlineData(DeadLetterState.Open, true, "Append")]
    [InlineData(DeadLetterState.Replaying, false, "Look")]
    [InlineData(DeadLetterState.Replaying, true, "Look")]
    [InlineData(DeadLetterState.Replayed, false, "Nothing")]
    [InlineData(DeadLetterState.Replayed, true, "Append")]
    [InlineData(DeadLetterState.Discarded, false, "Refuse")]
    [InlineData(DeadLetterState.Discarded, true, "Append")]
    public void A_replay_is_made_once_unless_asked_for_again(DeadLetterState state, bool again, string step) =>
        Assert.Equal(step, LetterRule.OnReplay(Letter() with { State = state, ChangedAt = _at }, again, _at + LetterRule.Settles).ToString());

    [Fact]
    public void A_replay_that_has_just_begun_is_left_to_end() => Assert.Equal(
        ReplayStep.Wait,
        LetterRule.OnReplay(Letter() with { State = DeadLetterState.Replaying, ChangedAt = _at }, again: true, _at + LetterRule.Settles / 2));

    [Theory]
    [InlineData(DeadLetterState.Open, OrderOutcome.Done)]
    [InlineData(DeadLetterState.Discarded, OrderOutcome.NothingToDo)]
    [InlineData(DeadLetterState.Replayed, OrderOutcome.Refused)]
    [InlineData(DeadLetterState.Replaying, OrderOutcome.Refused)]
    public void Only_what_is_open_is_discarded(DeadLetterState state, OrderOutcome outcome)
    {
        var (changed, answer) = LetterRule.OnDiscard(Letter() with { State = state }, "op", _at);
        Assert.Equal(outcome, answer.Outcome);
        Assert.Equal(outcome == OrderOutcome.Done, changed is { State: DeadLetterState.Discarded, By: "op" });
    }

    [Fact]
    public void A_replay_that_cannot_be_leaves_the_letter_as_it_was()
    {
        var before = Letter() with { State = DeadLetterState.Discarded, By = "first", ChangedAt = _at };
        var replaying = LetterRule.Replaying(before, new LogPosition(_logId, 3, 40), "second", _at.AddHours(1));
        Assert.Equal((DeadLetterState.Replaying, "second", 0), (replaying.State, replaying.By, replaying.Replays));
        Assert.Equal(before, LetterRule.NotReplayed(before, replaying));
        var replayed = LetterRule.Replayed(replaying, new LogPosition(_logId, 3, 41), _at.AddHours(2));
        Assert.Equal((DeadLetterState.Replayed, 1, 41L, null), (replayed.State, replayed.Replays, replayed.ReplayedTo!.Value.Offset, replayed.ReplayFrom));
    }

    [Fact]
    public void Letters_about_one_record_have_one_id_and_newer_records_come_first()
    {
        Assert.Equal(LetterReader.IdOf("dead/g/1", _at), LetterReader.IdOf("dead/g/1", _at));
        Assert.NotEqual(LetterReader.IdOf("dead/g/1", _at), LetterReader.IdOf("dead/g/2", _at));
        var ids = Enumerable.Range(0, 100).Select(i => LetterReader.IdOf($"{i}", _at.AddMilliseconds(i * i))).ToList();
        Assert.Equal(ids.AsEnumerable().Reverse(), ids.Order(StringComparer.Ordinal));
        Assert.Matches("^[0-9a-f]{12}-[0-9a-f]{16}$", LetterReader.IdOf("", DateTimeOffset.UnixEpoch));
        Assert.Matches("^[0-9a-f]{12}-[0-9a-f]{16}$", LetterReader.IdOf("", DateTimeOffset.MaxValue));
    }

    [Fact]
    public void What_stands_in_the_topic_and_is_no_letter_becomes_one_all_the_same()
    {
        var letter = LetterReader.Read(Record(("dead-place", "nonsense"), ("dead-at", "yesterday")), _logId);
        Assert.Equal(("", null, _at), (letter.Topic, letter.Place, letter.At));
        Assert.Equal(new LogPosition(_logId, 1, 5), letter.Stands);
        var whole = LetterReader.Read(
            Record(("dead-topic", "t"), ("dead-place", $"{_logId:N}/3/17"), ("dead-reason", "why"), ("replay-of", "x"), ("dead-event-id", "e")), _logId);
        Assert.Equal(("t", new LogPosition(_logId, 3, 17), "why", "x", "e"), (whole.Topic, whole.Place, whole.Reason, whole.ReplayOf, whole.EventId));
    }

    private static DeadLetter Letter() => LetterReader.Read(Record(), _logId);

    private static LogRecord Record(params (string Name, string Value)[] headers) => new()
    {
        Partition = new TopicPartition(Topics.DeadLetters, 1),
        Offset = 5,
        Timestamp = _at,
        Key = "k"u8.ToArray(),
        Value = "v"u8.ToArray(),
        Headers = [.. headers.Select(header => new LogHeader(header.Name, Encoding.UTF8.GetBytes(header.Value)))],
    };
}
