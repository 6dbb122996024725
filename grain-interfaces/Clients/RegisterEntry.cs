using System.Collections.Immutable;

namespace StreamForge.Contracts.Clients;

/// <summary>One thing that a register holds of a client, whole. Money is exact; dates are the source's calendar days.</summary>
[GenerateSerializer, Immutable, Alias("sf.RegisterEntry")]
public abstract record RegisterEntry
{
    /// <summary>The source's number of it; unique in the register.</summary>
    [Id(0)] public required string Id { get; init; }
}

/// <summary>An account.</summary>
[GenerateSerializer, Immutable, Alias("sf.Account")]
public sealed record Account : RegisterEntry
{
    /// <summary>ISO 4217.</summary>
    [Id(0)] public required string Currency { get; init; }

    [Id(1)] public string? Product { get; init; }

    [Id(2)] public required AccountStatus Status { get; init; }

    [Id(3)] public DateOnly? OpenedOn { get; init; }

    [Id(4)] public DateOnly? ClosedOn { get; init; }

    /// <summary>Booked: the sum of all postings up to <see cref="LastPosting"/>.</summary>
    [Id(5)] public required decimal Balance { get; init; }

    /// <summary>The number of the last posting that is in the balance; 0 for none.</summary>
    [Id(6)] public required long LastPosting { get; init; }

    [Id(7)] public ImmutableArray<Hold> Holds { get; init; } = [];

    /// <summary>What may be spent: the balance less what is held.</summary>
    public decimal Available() => Balance - Holds.Sum(hold => hold.Amount);
}

public enum AccountStatus
{
    Open = 0,
    Blocked = 1,
    Closed = 2,
}

/// <summary>An amount that is set aside.</summary>
/// <param name="Amount">Positive, in the account's currency.</param>
[GenerateSerializer, Immutable, Alias("sf.Hold")]
public sealed record Hold(
    [property: Id(0)] string Id, [property: Id(1)] decimal Amount, [property: Id(2)] string? Reason, [property: Id(3)] DateOnly? Until);

/// <summary>A standing order.</summary>
[GenerateSerializer, Immutable, Alias("sf.StandingOrder")]
public sealed record StandingOrder : RegisterEntry
{
    [Id(0)] public required string Account { get; init; }

    /// <summary>Positive, in the account's currency.</summary>
    [Id(1)] public required decimal Amount { get; init; }

    [Id(2)] public string? BeneficiaryBank { get; init; }

    [Id(3)] public required string BeneficiaryAccount { get; init; }

    [Id(4)] public string? Purpose { get; init; }

    [Id(5)] public required bool Active { get; init; }
}

/// <summary>A loan.</summary>
[GenerateSerializer, Immutable, Alias("sf.Loan")]
public sealed record Loan : RegisterEntry
{
    /// <summary>The account that it is paid from.</summary>
    [Id(0)] public required string Account { get; init; }

    [Id(1)] public required decimal Principal { get; init; }

    /// <summary>A month's payment.</summary>
    [Id(2)] public required decimal Payment { get; init; }

    [Id(3)] public required int Months { get; init; }

    [Id(4)] public required DateOnly GrantedOn { get; init; }

    /// <summary>The source's word for how it stands.</summary>
    [Id(5)] public required string Status { get; init; }
}

/// <summary>A card.</summary>
[GenerateSerializer, Immutable, Alias("sf.Card")]
public sealed record Card : RegisterEntry
{
    [Id(0)] public required string Account { get; init; }

    /// <summary>The person who carries it.</summary>
    [Id(1)] public required string Holder { get; init; }

    [Id(2)] public required string Product { get; init; }

    [Id(3)] public required DateOnly IssuedOn { get; init; }

    [Id(4)] public required bool Blocked { get; init; }
}

/// <summary>How much may be spent in a period.</summary>
[GenerateSerializer, Immutable, Alias("sf.Limit")]
public sealed record Limit : RegisterEntry
{
    /// <summary>None: over all accounts.</summary>
    [Id(0)] public string? Account { get; init; }

    /// <summary>What is limited: the source's word (<c>transfer</c>, <c>card</c>, <c>cash</c>).</summary>
    [Id(1)] public required string Kind { get; init; }

    /// <summary>The source's word: <c>day</c>, <c>month</c>, <c>order</c>.</summary>
    [Id(2)] public required string Period { get; init; }

    [Id(3)] public required decimal Amount { get; init; }

    /// <summary>ISO 4217.</summary>
    [Id(4)] public required string Currency { get; init; }
}

/// <summary>What a person may do for the client.</summary>
[GenerateSerializer, Immutable, Alias("sf.Authority")]
public sealed record Authority : RegisterEntry
{
    /// <summary>The person, by the name that tokens carry.</summary>
    [Id(0)] public required string Person { get; init; }

    /// <summary>None: all accounts.</summary>
    [Id(1)] public string? Account { get; init; }

    [Id(2)] public required bool MaySee { get; init; }

    [Id(3)] public required bool MaySign { get; init; }

    /// <summary>The highest amount that may be signed for alone, in the account's currency; none for no such bound.</summary>
    [Id(4)] public decimal? SignUpTo { get; init; }

    /// <summary>The last day on which it holds; none for no end.</summary>
    [Id(5)] public DateOnly? Until { get; init; }
}

/// <summary>Who the client is. Personal data: masked wherever it is not the answer itself.</summary>
[GenerateSerializer, Immutable, Alias("sf.Party")]
public sealed record Party : RegisterEntry
{
    [Id(0)] public required PartyKind Kind { get; init; }

    [Id(1)] public required string Name { get; init; }

    [Id(2)] public DateOnly? BornOn { get; init; }

    /// <summary>A company's number in its register.</summary>
    [Id(3)] public string? RegistrationNumber { get; init; }

    [Id(4)] public string? Address { get; init; }

    [Id(5)] public string? Email { get; init; }

    [Id(6)] public string? Phone { get; init; }
}

public enum PartyKind
{
    Person = 0,
    Company = 1,
}
