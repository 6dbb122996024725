using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;

namespace StreamForge.Contracts.Clients;

/// <summary>A client at a glance: the answer to <c>/v1/clients/{id}</c>.</summary>
[GenerateSerializer, Immutable, Alias("sf.ClientView")]
public sealed record ClientView
{
    [Id(0)] public required string Client { get; init; }

    /// <summary>Grows with every change of the content; 0 where nothing was ever received of the client.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>The worst of all that the client is made of.</summary>
    [Id(2)] public required Freshness Freshness { get; init; }

    [Id(3)] public Party? Party { get; init; }

    /// <summary>How many entries each register holds, and how fresh it is.</summary>
    [Id(4)] public required ImmutableArray<RegisterSummary> Registers { get; init; }

    [Id(5)] public required Freshness Postings { get; init; }

    [Id(6)] public Provenance? Provenance { get; init; }
}

/// <summary>One register of a client at a glance.</summary>
[GenerateSerializer, Immutable, Alias("sf.RegisterSummary")]
public readonly record struct RegisterSummary(
    [property: Id(0)] Register Register, [property: Id(1)] int Count, [property: Id(2)] Freshness Freshness);

/// <summary>All that a register holds of a client, in order of id.</summary>
[GenerateSerializer, Immutable, Alias("sf.RegisterView")]
public sealed record RegisterView
{
    [Id(0)] public required string Client { get; init; }

    [Id(1)] public required Register Register { get; init; }

    [Id(2)] public required long Version { get; init; }

    [Id(3)] public required Freshness Freshness { get; init; }

    [Id(4)] public required ImmutableArray<RegisterEntry> Entries { get; init; }

    [Id(5)] public Provenance? Provenance { get; init; }
}

/// <summary>Postings of an account over some days.</summary>
[GenerateSerializer, Immutable, Alias("sf.StatementView")]
public sealed record StatementView
{
    [Id(0)] public required string Client { get; init; }

    [Id(1)] public required string Account { get; init; }

    [Id(2)] public required long Version { get; init; }

    /// <summary>Of the account's postings.</summary>
    [Id(3)] public required Freshness Freshness { get; init; }

    /// <summary>In order of day, then number.</summary>
    [Id(4)] public required ImmutableArray<Posting> Postings { get; init; }

    /// <summary>There are more behind the last one.</summary>
    [Id(5)] public required bool HasMore { get; init; }

    [Id(6)] public Provenance? Provenance { get; init; }
}
