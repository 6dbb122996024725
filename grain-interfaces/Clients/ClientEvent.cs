using System.Collections.Immutable;

namespace StreamForge.Contracts.Clients;

/// <summary>A canonical event about one client, the key of its record.</summary>
[GenerateSerializer, Immutable, Alias("sf.ClientEvent")]
public abstract record ClientEvent : Streams.StreamEvent
{
    /// <summary>The client's number at the bank.</summary>
    [Id(0)] public required string Client { get; init; }

    /// <summary>When it happened at the source, UTC.</summary>
    [Id(1)] public required DateTimeOffset EventTime { get; init; }

    /// <summary>When the connector received it, UTC; the record's own time where the source appends by itself.</summary>
    [Id(2)] public DateTimeOffset ReceivedAt { get; init; }
}

/// <summary>One entry of a register was added, changed or removed.</summary>
[GenerateSerializer, Immutable, Alias("sf.RegisterChange")]
public sealed record RegisterChange : ClientEvent
{
    [Id(0)] public required Register Register { get; init; }

    /// <summary>The client's sequence in this register: each change is one above the one before, from 1.</summary>
    [Id(1)] public required long Sequence { get; init; }

    /// <summary>The entry as it is now; as it was last, where it is removed.</summary>
    [Id(2)] public required RegisterEntry Entry { get; init; }

    [Id(3)] public bool Removed { get; init; }
}

/// <summary>All that a register holds of the client.</summary>
[GenerateSerializer, Immutable, Alias("sf.RegisterSnapshot")]
public sealed record RegisterSnapshot : ClientEvent
{
    [Id(0)] public required Register Register { get; init; }

    /// <summary>The sequence of the last change that is in it; 0 where there never was one.</summary>
    [Id(1)] public required long Sequence { get; init; }

    [Id(2)] public required ImmutableArray<RegisterEntry> Entries { get; init; }

    /// <inheritdoc/>
    public override bool IsBulky => true;
}

/// <summary>The source's highest sequence, without the change itself: so a lost last change shows.</summary>
[GenerateSerializer, Immutable, Alias("sf.RegisterDigest")]
public sealed record RegisterDigest : ClientEvent
{
    [Id(0)] public required Register Register { get; init; }

    [Id(1)] public required long Sequence { get; init; }
}

/// <summary>Postings of one account, in order of number: one, or an avalanche of ten thousand.</summary>
[GenerateSerializer, Immutable, Alias("sf.PostingsBooked")]
public sealed record PostingsBooked : ClientEvent
{
    [Id(0)] public required string Account { get; init; }

    /// <summary>At least one.</summary>
    [Id(1)] public required ImmutableArray<Posting> Postings { get; init; }

    /// <inheritdoc/>
    public override bool IsBulky => Postings.Length > 1;
}

/// <summary>
/// The source's answer to a request for postings by number: all that it has of [FromNumber, ToNumber]. What is not listed does not exist
/// at the source, as far as it had come: <see cref="ThroughNumber"/>.
/// </summary>
[GenerateSerializer, Immutable, Alias("sf.PostingRange")]
public sealed record PostingRange : ClientEvent
{
    [Id(0)] public required string Account { get; init; }

    [Id(1)] public required long FromNumber { get; init; }

    [Id(2)] public required long ToNumber { get; init; }

    /// <summary>The last number that what answered has: of those above it says nothing.</summary>
    [Id(3)] public required long ThroughNumber { get; init; }

    [Id(4)] public required ImmutableArray<Posting> Postings { get; init; }

    /// <inheritdoc/>
    public override bool IsBulky => true;
}

/// <summary>Postings that a filter dropped before they cost anything: their numbers count as seen.</summary>
[GenerateSerializer, Immutable, Alias("sf.PostingsFiltered")]
public sealed record PostingsFiltered : ClientEvent
{
    [Id(0)] public required string Account { get; init; }

    [Id(1)] public required long FromNumber { get; init; }

    [Id(2)] public required long ToNumber { get; init; }
}

/// <summary>An amount that was booked to an account.</summary>
[GenerateSerializer, Immutable, Alias("sf.Posting")]
public sealed record Posting
{
    /// <summary>The account's own count, from 1, without holes.</summary>
    [Id(0)] public required long Number { get; init; }

    /// <summary>The day that it counts for: statements are by it.</summary>
    [Id(1)] public required DateOnly BookedOn { get; init; }

    /// <summary>Signed, in the account's currency: what leaves is negative.</summary>
    [Id(2)] public required decimal Amount { get; init; }

    /// <summary>The account's balance after it, as the source says.</summary>
    [Id(3)] public required decimal Balance { get; init; }

    /// <summary>The source's word for what it is.</summary>
    [Id(4)] public string? Kind { get; init; }

    [Id(5)] public string? CounterpartyBank { get; init; }

    [Id(6)] public string? CounterpartyAccount { get; init; }

    [Id(7)] public string? Purpose { get; init; }
}
