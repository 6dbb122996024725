using System.Collections.Immutable;
using StreamForge.Contracts.Integrity;

namespace StreamForge.Contracts.Market;

/// <summary>Everything about an instrument but its depth: the answer to <c>/v1/instruments/{id}</c>.</summary>
[GenerateSerializer, Immutable, Alias("sf.InstrumentView")]
public sealed record InstrumentView
{
    [Id(0)] public required string Instrument { get; init; }

    /// <summary>Grows with every change of the content; 0 where nothing was ever received of the instrument.</summary>
    [Id(1)] public required long Version { get; init; }

    /// <summary>The worst of book and trades.</summary>
    [Id(2)] public required Freshness Freshness { get; init; }

    [Id(3)] public PriceLevel? BestBid { get; init; }

    [Id(4)] public PriceLevel? BestAsk { get; init; }

    [Id(5)] public Trade? LastTrade { get; init; }

    /// <summary>Over the last 24 h of event time.</summary>
    [Id(6)] public RollingStatistics? Statistics { get; init; }

    [Id(7)] public required Freshness Book { get; init; }

    [Id(8)] public required Freshness Trades { get; init; }

    [Id(9)] public Provenance? Provenance { get; init; }

    /// <summary>Trades of this venue carry no ids: what is missing cannot be told.</summary>
    [Id(10)] public bool TradesUnverifiable { get; init; }
}

/// <summary>Statistics of the trades of the last 24 h by event time.</summary>
[GenerateSerializer, Immutable, Alias("sf.RollingStatistics")]
public sealed record RollingStatistics
{
    /// <summary>Start of the window, UTC, to the minute.</summary>
    [Id(0)] public required DateTimeOffset From { get; init; }

    [Id(1)] public required DateTimeOffset To { get; init; }

    [Id(2)] public required decimal Open { get; init; }

    [Id(3)] public required decimal High { get; init; }

    [Id(4)] public required decimal Low { get; init; }

    [Id(5)] public required decimal Last { get; init; }

    [Id(6)] public required decimal Volume { get; init; }

    [Id(7)] public required decimal QuoteVolume { get; init; }

    [Id(8)] public required long Count { get; init; }
}

/// <summary>The book: the answer to <c>/v1/instruments/{id}/book</c>.</summary>
[GenerateSerializer, Immutable, Alias("sf.BookView")]
public sealed record BookView
{
    [Id(0)] public required string Instrument { get; init; }

    [Id(1)] public required long Version { get; init; }

    [Id(2)] public required Freshness Freshness { get; init; }

    /// <summary>Best first.</summary>
    [Id(3)] public required ImmutableArray<PriceLevel> Bids { get; init; }

    /// <summary>Best first.</summary>
    [Id(4)] public required ImmutableArray<PriceLevel> Asks { get; init; }

    [Id(5)] public Provenance? Provenance { get; init; }
}

/// <summary>The newest trades: the answer to <c>/v1/instruments/{id}/trades</c>.</summary>
[GenerateSerializer, Immutable, Alias("sf.TradesView")]
public sealed record TradesView
{
    [Id(0)] public required string Instrument { get; init; }

    [Id(1)] public required long Version { get; init; }

    [Id(2)] public required Freshness Freshness { get; init; }

    /// <summary>Newest first.</summary>
    [Id(3)] public required ImmutableArray<Trade> Trades { get; init; }

    [Id(4)] public bool Unverifiable { get; init; }

    [Id(5)] public Provenance? Provenance { get; init; }
}

/// <summary>Candles: the answer to <c>/v1/instruments/{id}/candles</c>.</summary>
[GenerateSerializer, Immutable, Alias("sf.CandlesView")]
public sealed record CandlesView
{
    [Id(0)] public required string Instrument { get; init; }

    [Id(1)] public required long Version { get; init; }

    [Id(2)] public required Freshness Freshness { get; init; }

    [Id(3)] public required CandleInterval Interval { get; init; }

    /// <summary>Oldest first, one for every interval from the first to the last: empty ones included.</summary>
    [Id(4)] public required ImmutableArray<Candle> Candles { get; init; }
}

/// <summary>What kind of change a <see cref="StreamUpdate"/> tells.</summary>
public enum StreamUpdateKind
{
    /// <summary>A diff or snapshot changed the book.</summary>
    Book = 0,

    Trade = 1,

    /// <summary>The freshness changed: a gap opened or closed, a source went down.</summary>
    Freshness = 2,
}

/// <summary>One change of an instrument as the server-sent events tell it; never conflated.</summary>
[GenerateSerializer, Immutable, Alias("sf.StreamUpdate")]
public sealed record StreamUpdate
{
    /// <summary>The view's version after this change; the id of the server-sent event is made from it.</summary>
    [Id(0)] public required long Version { get; init; }

    [Id(1)] public required StreamUpdateKind Kind { get; init; }

    /// <summary>The book's sequence after this change.</summary>
    [Id(2)] public long Sequence { get; init; }

    [Id(3)] public PriceLevel? BestBid { get; init; }

    [Id(4)] public PriceLevel? BestAsk { get; init; }

    [Id(5)] public Trade? Trade { get; init; }

    [Id(6)] public required FreshnessStatus Status { get; init; }

    [Id(7)] public DateTimeOffset? EventTime { get; init; }
}

/// <summary>A page of an instrument's changes: see <see cref="IInstrumentGrain.ReadUpdates"/>.</summary>
[GenerateSerializer, Immutable, Alias("sf.StreamPage")]
public sealed record StreamPage
{
    /// <summary>
    /// Identifies the life of the buffer: versions compare only within one. A reader that comes with another life, or with a
    /// version that the buffer no longer reaches back to, is told <see cref="Reset"/>.
    /// </summary>
    [Id(0)] public required string Life { get; init; }

    /// <summary>The reader's place is unknown: take a snapshot and read on from <see cref="Version"/>.</summary>
    [Id(1)] public bool Reset { get; init; }

    /// <summary>The version to ask after next.</summary>
    [Id(2)] public required long Version { get; init; }

    [Id(3)] public required ImmutableArray<StreamUpdate> Updates { get; init; }
}
