using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamForge.Contracts.Clients;

namespace StreamForge.Grains.Clients.Wire;

/// <summary>Which event a document is, before it is read as that.</summary>
internal sealed record EventHead(string Type);

/// <summary>The document of a change: the entry stands under the singular of its register.</summary>
internal sealed record ChangeDocument
{
    public required string Type { get; init; }

    public required string Client { get; init; }

    public required long Sequence { get; init; }

    public required DateTimeOffset EventTime { get; init; }

    public bool Removed { get; init; }

    public Account? Account { get; init; }

    public StandingOrder? Order { get; init; }

    public Loan? Loan { get; init; }

    public Card? Card { get; init; }

    public Limit? Limit { get; init; }

    public Authority? Authority { get; init; }

    public Party? Party { get; init; }
}

/// <summary>The document of a snapshot: the entries stand under the name of their register.</summary>
internal sealed record SnapshotDocument
{
    public required string Type { get; init; }

    public required string Client { get; init; }

    public required long Sequence { get; init; }

    public required DateTimeOffset EventTime { get; init; }

    public ImmutableArray<Account>? Accounts { get; init; }

    public ImmutableArray<StandingOrder>? Orders { get; init; }

    public ImmutableArray<Loan>? Loans { get; init; }

    public ImmutableArray<Card>? Cards { get; init; }

    public ImmutableArray<Limit>? Limits { get; init; }

    public ImmutableArray<Authority>? Authorities { get; init; }

    public ImmutableArray<Party>? Parties { get; init; }
}

/// <summary>The document of a digest.</summary>
internal sealed record DigestDocument
{
    public required string Type { get; init; }

    public required string Client { get; init; }

    public required string Register { get; init; }

    public required long Sequence { get; init; }

    public required DateTimeOffset EventTime { get; init; }
}

/// <summary>The document of postings.</summary>
internal sealed record PostingsDocument
{
    public required string Type { get; init; }

    public required string Client { get; init; }

    public required string Account { get; init; }

    public required DateTimeOffset EventTime { get; init; }

    public required ImmutableArray<Posting> Postings { get; init; }
}

/// <summary>The document of an answer about a range of postings.</summary>
internal sealed record RangeDocument
{
    public required string Type { get; init; }

    public required string Client { get; init; }

    public required string Account { get; init; }

    public required DateTimeOffset EventTime { get; init; }

    public required long FromNumber { get; init; }

    public required long ToNumber { get; init; }

    public required long ThroughNumber { get; init; }

    public required ImmutableArray<Posting> Postings { get; init; }
}

/// <summary>Words of an enumeration, as the source writes them: lower case.</summary>
internal sealed class WordConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(MoneyConverter), typeof(WordConverter<AccountStatus>), typeof(WordConverter<PartyKind>)])]
[JsonSerializable(typeof(EventHead))]
[JsonSerializable(typeof(ChangeDocument))]
[JsonSerializable(typeof(SnapshotDocument))]
[JsonSerializable(typeof(DigestDocument))]
[JsonSerializable(typeof(PostingsDocument))]
[JsonSerializable(typeof(RangeDocument))]
internal sealed partial class ClientJson : JsonSerializerContext;
