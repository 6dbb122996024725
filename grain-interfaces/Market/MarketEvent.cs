using System.Collections.Immutable;

namespace StreamForge.Contracts.Market;

/// <summary>A price level: absolute quantity at a price; quantity 0 removes the level.</summary>
/// <remarks>The scale of both decimals is kept as received: Kraken's checksum is taken over the digits.</remarks>
[GenerateSerializer, Immutable, Alias("sf.PriceLevel")]
public readonly record struct PriceLevel([property: Id(0)] decimal Price, [property: Id(1)] decimal Quantity);

/// <summary>A canonical market event about one instrument, <c>venue:SYMBOL</c>.</summary>
[GenerateSerializer, Immutable, Alias("sf.MarketEvent")]
public abstract record MarketEvent : Streams.StreamEvent
{
    /// <summary><c>venue:SYMBOL</c>, the key of the record.</summary>
    [Id(0)] public required string Instrument { get; init; }

    /// <summary>The venue's own time of the event, UTC; none where the venue gives none.</summary>
    [Id(1)] public DateTimeOffset? EventTime { get; init; }

    /// <summary>When the connector received it, UTC.</summary>
    [Id(2)] public required DateTimeOffset ReceivedAt { get; init; }
}

/// <summary>A change of the book: absolute quantities of the levels that changed.</summary>
[GenerateSerializer, Immutable, Alias("sf.DepthDiff")]
public sealed record DepthDiff : MarketEvent
{
    /// <summary>
    /// The sequence that this diff follows: it covers (Previous, Last]. Binance USD-M: <c>pu</c>; Binance spot: <c>U - 1</c>.
    /// None on venues without sequences (Kraken), where order and checksum are the proof.
    /// </summary>
    [Id(0)] public long? Previous { get; init; }

    /// <summary>The sequence of the book after this diff (Binance: <c>u</c>); none on venues without sequences.</summary>
    [Id(1)] public long? Last { get; init; }

    [Id(2)] public required ImmutableArray<PriceLevel> Bids { get; init; }

    [Id(3)] public required ImmutableArray<PriceLevel> Asks { get; init; }

    /// <summary>The venue's CRC32 of the book after this diff (Kraken), where it sends one.</summary>
    [Id(4)] public uint? Checksum { get; init; }
}

/// <summary>The whole book.</summary>
[GenerateSerializer, Immutable, Alias("sf.DepthSnapshot")]
public sealed record DepthSnapshot : MarketEvent
{
    /// <summary>The sequence that the book is at (Binance: <c>lastUpdateId</c>); none on venues without sequences.</summary>
    [Id(0)] public long? Sequence { get; init; }

    /// <summary>
    /// The source's epoch: a higher one restarts the sequence. Binance: 0. Kraken: receipt of the snapshot, ns, so that every
    /// subscription is an epoch.
    /// </summary>
    [Id(1)] public long Epoch { get; init; }

    [Id(2)] public required ImmutableArray<PriceLevel> Bids { get; init; }

    [Id(3)] public required ImmutableArray<PriceLevel> Asks { get; init; }

    /// <summary>How many levels a side the venue keeps (Kraken: 1000, 100, ...): deeper ones fall off; 0 for no limit.</summary>
    [Id(4)] public int DepthLimit { get; init; }

    /// <inheritdoc/>
    public override bool IsBulky => true;
}

/// <summary>
/// A proof of how far the venue's sequence has come without the change itself (Binance bookTicker's <c>u</c>): a diff that
/// covers it must follow, so that a lost last diff shows.
/// </summary>
[GenerateSerializer, Immutable, Alias("sf.DepthDigest")]
public sealed record DepthDigest : MarketEvent
{
    [Id(0)] public required long Sequence { get; init; }
}

/// <summary>One trade, or several at one price joined by the venue (aggTrade).</summary>
[GenerateSerializer, Immutable, Alias("sf.Trade")]
public sealed record Trade : MarketEvent
{
    /// <summary>The venue's id, contiguous per instrument (<c>t</c>, or <c>a</c> of aggTrade); none on Kraken.</summary>
    [Id(0)] public long? TradeId { get; init; }

    [Id(1)] public required decimal Price { get; init; }

    [Id(2)] public required decimal Quantity { get; init; }

    /// <summary>When it was made, by the venue, UTC: candles are by this time.</summary>
    [Id(3)] public required DateTimeOffset Time { get; init; }

    /// <summary>The buyer was the maker, so the seller took.</summary>
    [Id(4)] public required bool BuyerIsMaker { get; init; }

    /// <summary>How many trades this stands for: 1, or <c>l - f + 1</c> of an aggTrade.</summary>
    [Id(5)] public int Count { get; init; } = 1;
}

/// <summary>
/// The source's answer to a request for trades by id: all that it has of [FromId, ToId]. An id in the range that is not
/// listed does not exist at the source, as far as it had come: <see cref="ThroughId"/>.
/// </summary>
[GenerateSerializer, Immutable, Alias("sf.TradeRange")]
public sealed record TradeRange : MarketEvent
{
    [Id(0)] public required long FromId { get; init; }

    [Id(1)] public required long ToId { get; init; }

    [Id(2)] public required ImmutableArray<Trade> Trades { get; init; }

    /// <summary>
    /// What answered had come no further than this id, so of those above it says nothing: it may lag behind what the source has told
    /// before. None where it was seen to be at or behind the end of the range.
    /// </summary>
    [Id(3)] public long? ThroughId { get; init; }

    /// <inheritdoc/>
    public override bool IsBulky => true;
}
