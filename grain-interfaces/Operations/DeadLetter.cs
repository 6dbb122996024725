using System.Collections.Immutable;
using StreamForge.Contracts.Streams;

namespace StreamForge.Contracts.Operations;

/// <summary>What has been done about a dead letter.</summary>
public enum DeadLetterState
{
    /// <summary>Nothing yet.</summary>
    Open = 0,

    /// <summary>It is being appended again; whether it was, nobody knows yet. Counts as open.</summary>
    Replaying = 1,

    /// <summary>Its record stands in its topic again.</summary>
    Replayed = 2,

    /// <summary>Nothing is to be done.</summary>
    Discarded = 3,
}

/// <summary>A record that could not be processed: where it stood, why, and what was done about it.</summary>
[GenerateSerializer, Immutable, Alias("sf.DeadLetter")]
public sealed record DeadLetter
{
    /// <summary>The same for each of several letters about one record. In ordinal order, ids of newer records come first.</summary>
    [Id(0)] public required string Id { get; init; }

    [Id(1)] public required DeadLetterState State { get; init; }

    /// <summary>The topic that the record stood in; empty where the letter does not say.</summary>
    [Id(2)] public required string Topic { get; init; }

    /// <summary>Where in the topic; none where the letter does not say.</summary>
    [Id(3)] public LogPosition? Place { get; init; }

    /// <summary>The consumer group that could not process it.</summary>
    [Id(4)] public required string Group { get; init; }

    [Id(5)] public required string Reason { get; init; }

    /// <summary>When it was given up, UTC.</summary>
    [Id(6)] public required DateTimeOffset At { get; init; }

    /// <summary>The record's own time in the log, UTC.</summary>
    [Id(7)] public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>The record's key as text; what is no UTF-8 is replaced.</summary>
    [Id(8)] public string? Key { get; init; }

    /// <summary>The identity of the record, where it has one.</summary>
    [Id(9)] public string? EventId { get; init; }

    /// <summary>The letter that the record was a replay of, where it was one.</summary>
    [Id(10)] public string? ReplayOf { get; init; }

    /// <summary>Where the letter itself stands in <see cref="Topics.DeadLetters"/>.</summary>
    [Id(11)] public required LogPosition Stands { get; init; }

    /// <summary>How often its record was appended again.</summary>
    [Id(12)] public int Replays { get; init; }

    /// <summary>Where its record was appended again last.</summary>
    [Id(13)] public LogPosition? ReplayedTo { get; init; }

    /// <summary>While it is being appended: the end of its topic's partition before that.</summary>
    [Id(14)] public LogPosition? ReplayFrom { get; init; }

    /// <summary>Who brought it into its state, and when; none while it is open.</summary>
    [Id(15)] public string? By { get; init; }

    /// <summary>UTC.</summary>
    [Id(16)] public DateTimeOffset? ChangedAt { get; init; }
}

/// <summary>A letter with the record that it is about.</summary>
/// <param name="Letter">The letter.</param>
/// <param name="Headers">The record's own headers, as text.</param>
/// <param name="Value">The record's value; none where the log does not keep it any more.</param>
[GenerateSerializer, Immutable, Alias("sf.DeadLetterRecord")]
public sealed record DeadLetterRecord(
    [property: Id(0)] DeadLetter Letter,
    [property: Id(1)] ImmutableArray<DeadLetterHeader> Headers,
    [property: Id(2)] ImmutableArray<byte>? Value);

[GenerateSerializer, Immutable, Alias("sf.DeadLetterHeader")]
public readonly record struct DeadLetterHeader([property: Id(0)] string Name, [property: Id(1)] string Value);

/// <summary>Which letters: every field that is set must match.</summary>
/// <param name="State">Only those in this state.</param>
/// <param name="Topic">Only those of this topic.</param>
/// <param name="Reason">Only those whose reason contains this, whatever its case.</param>
/// <param name="After">The id of the last one of the page before.</param>
/// <param name="Limit">From 1 to 1,000.</param>
[GenerateSerializer, Immutable, Alias("sf.DeadLetterQuery")]
public sealed record DeadLetterQuery(
    [property: Id(0)] DeadLetterState? State = null,
    [property: Id(1)] string? Topic = null,
    [property: Id(2)] string? Reason = null,
    [property: Id(3)] string? After = null,
    [property: Id(4)] int Limit = 100);

/// <summary>Letters in order of id. With a reason asked for a page may be short, or empty, with more to come.</summary>
/// <param name="Items">At most as many as asked for.</param>
/// <param name="Next">Give as <see cref="DeadLetterQuery.After"/> for the next page; none on the last.</param>
[GenerateSerializer, Immutable, Alias("sf.DeadLetterPage")]
public sealed record DeadLetterPage([property: Id(0)] ImmutableArray<DeadLetter> Items, [property: Id(1)] string? Next);

/// <summary>How many letters there are.</summary>
/// <param name="Open">Those about which nothing was done, or which are being replayed.</param>
[GenerateSerializer, Immutable, Alias("sf.DeadLetterCounts")]
public sealed record DeadLetterCounts([property: Id(0)] long Open, [property: Id(1)] long Replayed, [property: Id(2)] long Discarded)
{
    public long Total => Open + Replayed + Discarded;
}
