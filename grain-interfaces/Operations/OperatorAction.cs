using System.Collections.Immutable;

namespace StreamForge.Contracts.Operations;

/// <summary>An order as it is kept: written before it is carried out, and what became of it after.</summary>
[GenerateSerializer, Immutable, Alias("sf.OperatorAction")]
public sealed record OperatorAction
{
    /// <summary>From 1, in the order in which orders came.</summary>
    [Id(0)] public required long Number { get; init; }

    /// <summary>UTC.</summary>
    [Id(1)] public required DateTimeOffset At { get; init; }

    /// <summary>Who.</summary>
    [Id(2)] public required string By { get; init; }

    /// <summary>The verb: <c>pause</c>, <c>resume</c>, <c>unpark</c>, <c>replay</c>, <c>discard</c>.</summary>
    [Id(3)] public required string What { get; init; }

    /// <summary>What it is about: <c>market.depth/3</c>.</summary>
    [Id(4)] public required string Target { get; init; }

    /// <summary>Why.</summary>
    [Id(5)] public required string Reason { get; init; }

    /// <summary>How it ended; none where nobody wrote that down: it may have been carried out or not.</summary>
    [Id(6)] public ActionEnd? End { get; init; }
}

/// <summary>How an order ended.</summary>
/// <param name="At">UTC.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Detail">The same in a sentence.</param>
[GenerateSerializer, Immutable, Alias("sf.ActionEnd")]
public sealed record ActionEnd(
    [property: Id(0)] DateTimeOffset At, [property: Id(1)] OrderOutcome Outcome, [property: Id(2)] string Detail);

/// <summary>Which orders: every field that is set must match.</summary>
/// <param name="Before">Only those with a lower number.</param>
/// <param name="What">Only this verb.</param>
/// <param name="By">Only those that this one gave.</param>
/// <param name="Limit">From 1 to 1,000.</param>
[GenerateSerializer, Immutable, Alias("sf.ActionQuery")]
public sealed record ActionQuery(
    [property: Id(0)] long? Before = null, [property: Id(1)] string? What = null, [property: Id(2)] string? By = null,
    [property: Id(3)] int Limit = 100);

/// <summary>Orders, the newest first.</summary>
/// <param name="Items">At most as many as asked for.</param>
/// <param name="Next">Give as <see cref="ActionQuery.Before"/> for the next page; none on the last.</param>
[GenerateSerializer, Immutable, Alias("sf.ActionPage")]
public sealed record ActionPage([property: Id(0)] ImmutableArray<OperatorAction> Items, [property: Id(1)] long? Next);
