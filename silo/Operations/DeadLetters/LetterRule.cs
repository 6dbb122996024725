using StreamForge.Contracts.Operations;
using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Operations.DeadLetters;

/// <summary>What is to be done about an order to replay a letter.</summary>
internal enum ReplayStep
{
    /// <summary>Append its record.</summary>
    Append,

    /// <summary>An earlier replay began, and nobody knows how it ended: look whether its record stands in the topic first.</summary>
    Look,

    /// <summary>Somebody is at it in this moment.</summary>
    Wait,

    /// <summary>It was replayed already.</summary>
    Nothing,

    /// <summary>It was discarded.</summary>
    Refuse,
}

/// <summary>The states of a dead letter, and what leads from one to another.</summary>
internal static class LetterRule
{
    /// <summary>An append that was begun may stand in the log so much later: before that nobody can tell that it does not.</summary>
    public static readonly TimeSpan Settles = TimeSpan.FromSeconds(10);

    /// <param name="again">Asked for explicitly, whatever was done before.</param>
    public static ReplayStep OnReplay(DeadLetter letter, bool again, DateTimeOffset now) => letter.State switch
    {
        DeadLetterState.Open => ReplayStep.Append,
        DeadLetterState.Replaying => now - letter.ChangedAt < Settles ? ReplayStep.Wait : ReplayStep.Look,
        DeadLetterState.Replayed => again ? ReplayStep.Append : ReplayStep.Nothing,
        _ => again ? ReplayStep.Append : ReplayStep.Refuse,
    };

    /// <summary>Before its record is appended: where to look for it, should nobody hear how that ended.</summary>
    public static DeadLetter Replaying(DeadLetter letter, LogPosition from, string by, DateTimeOffset now) =>
        letter with { State = DeadLetterState.Replaying, ReplayFrom = from, By = by, ChangedAt = now };

    /// <summary>Its record stands in the log again.</summary>
    public static DeadLetter Replayed(DeadLetter letter, LogPosition at, DateTimeOffset now) => letter with
    {
        State = DeadLetterState.Replayed,
        ReplayFrom = null,
        ReplayedTo = at,
        Replays = letter.Replays + 1,
        ChangedAt = now,
    };

    /// <summary>Its record will never be appended: it is as it was before that was tried.</summary>
    public static DeadLetter NotReplayed(DeadLetter before, DeadLetter replaying) =>
        replaying with { State = before.State, ReplayFrom = before.ReplayFrom, By = before.By, ChangedAt = before.ChangedAt };

    /// <summary>The letter after an order to discard it; the answer alone where it stays as it is.</summary>
    public static (DeadLetter? Changed, OrderAnswer Answer) OnDiscard(DeadLetter letter, string by, DateTimeOffset now) => letter.State switch
    {
        DeadLetterState.Open => (
            letter with { State = DeadLetterState.Discarded, By = by, ChangedAt = now }, Answer(OrderOutcome.Done, $"{letter.Id} is discarded.")),
        DeadLetterState.Discarded => (null, Answer(OrderOutcome.NothingToDo, $"{letter.Id} was discarded already.")),
        DeadLetterState.Replayed => (null, Answer(OrderOutcome.Refused, $"{letter.Id} was replayed: there is nothing left to discard.")),
        _ => (null, Answer(OrderOutcome.Refused, $"{letter.Id} is being replayed, and nobody knows yet whether it was: order the replay once more.")),
    };

    public static OrderAnswer Answer(OrderOutcome outcome, string detail) => new() { Outcome = outcome, Detail = detail };
}
