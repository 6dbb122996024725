using System.Collections.Immutable;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;

namespace StreamForge.Grains.Market.Parsing;

/// <summary>What became of a raw record.</summary>
public enum ParseOutcome
{
    /// <summary>It holds events, at least one.</summary>
    Events = 0,

    /// <summary>Read, and not wanted: a heartbeat, an answer to a command, a stream that nobody uses. Counted.</summary>
    Filtered = 1,

    /// <summary>It cannot be read: a dead letter.</summary>
    Malformed = 2,
}

/// <summary>What the parser made of a raw record: events, or the reason why there are none.</summary>
public readonly record struct ParsedFrame
{
    private ParsedFrame(ParseOutcome outcome, string? reason, ImmutableArray<MarketEvent> events)
    {
        Outcome = outcome;
        Reason = reason;
        Events = events;
    }

    public ParseOutcome Outcome { get; }

    /// <summary>
    /// Filtered: one of a few fixed words, fit for a metric's label. Malformed: what is wrong and where, for a person.
    /// </summary>
    public string? Reason { get; }

    /// <summary>
    /// In the order of the venue; the place of an event in the list is the index of its <see cref="Origin"/>. Empty where there
    /// are none.
    /// </summary>
    public ImmutableArray<MarketEvent> Events { get; }

    public static ParsedFrame Of(MarketEvent item) => new(ParseOutcome.Events, null, [item]);

    public static ParsedFrame Of(ImmutableArray<MarketEvent> items) => new(ParseOutcome.Events, null, items);

    public static ParsedFrame Filtered(string reason) => new(ParseOutcome.Filtered, reason, []);

    public static ParsedFrame Malformed(string reason) => new(ParseOutcome.Malformed, reason, []);

    /// <summary>The topic that an event goes to; its key is the instrument.</summary>
    public static string TopicOf(MarketEvent item) => item is Trade or TradeRange ? Topics.MarketTrades : Topics.MarketDepth;
}
