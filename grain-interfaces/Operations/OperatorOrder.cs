namespace StreamForge.Contracts.Operations;

/// <summary>Who asks for something, and why.</summary>
/// <param name="By">The caller's name; from 1 to 200 characters.</param>
/// <param name="Reason">From 1 to 500 characters.</param>
[GenerateSerializer, Immutable, Alias("sf.OperatorOrder")]
public sealed record OperatorOrder([property: Id(0)] string By, [property: Id(1)] string Reason)
{
    public const int MaxBy = 200;

    public const int MaxReason = 500;
}

/// <summary>What became of an order.</summary>
public enum OrderOutcome
{
    /// <summary>It is carried out, durably.</summary>
    Done = 0,

    /// <summary>It was so already; nothing was changed.</summary>
    NothingToDo = 1,

    /// <summary>It is begun, and goes on by itself.</summary>
    UnderWay = 2,

    /// <summary>There is no such thing.</summary>
    Unknown = 3,

    /// <summary>Not as things stand: <see cref="OrderAnswer.Detail"/> says why.</summary>
    Refused = 4,

    /// <summary>Something did not answer: it may or may not be carried out. Never an answer; that is <see cref="StoreUnavailableException"/>.</summary>
    Failed = 5,
}

/// <summary>The answer to an order.</summary>
[GenerateSerializer, Immutable, Alias("sf.OrderAnswer")]
public sealed record OrderAnswer
{
    [Id(0)] public required OrderOutcome Outcome { get; init; }

    /// <summary>One sentence for a person.</summary>
    [Id(1)] public required string Detail { get; init; }

    /// <summary>The number under which the order is kept; none where there is nothing that it could be about.</summary>
    [Id(2)] public long? Number { get; init; }
}
