using System.Collections.Immutable;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Documents;

// The JSON documents of the views, as callers read them: members are the properties in camelCase, decimals are strings,
// times are RFC 3339 in UTC, words are in lower case with hyphens. The OpenAPI document's schemas are made from these.

/// <summary>Best bid and ask, last trade and statistics of one instrument.</summary>
public sealed record InstrumentDocument(
    string Instrument,
    PriceLevel? BestBid,
    PriceLevel? BestAsk,
    TradeDocument? LastTrade,
    RollingStatistics? Statistics,
    bool TradesUnverifiable,
    FreshnessDocument Freshness,
    FreshnessDocument BookFreshness,
    FreshnessDocument TradesFreshness,
    ProvenanceDocument? Provenance);

/// <summary>The book of one instrument, best levels first.</summary>
public sealed record BookDocument(
    string Instrument,
    ImmutableArray<PriceLevel> Bids,
    ImmutableArray<PriceLevel> Asks,
    FreshnessDocument Freshness,
    ProvenanceDocument? Provenance);

/// <summary>The newest trades of one instrument, newest first.</summary>
/// <param name="Instrument"><c>venue:SYMBOL</c>.</param>
/// <param name="Unverifiable">Trades of this venue carry no ids: what is missing cannot be told.</param>
/// <param name="Trades">The trades.</param>
/// <param name="Freshness">How far the answer can be trusted.</param>
/// <param name="Provenance">Where the newest content came from.</param>
public sealed record TradesDocument(
    string Instrument,
    bool Unverifiable,
    ImmutableArray<TradeDocument> Trades,
    FreshnessDocument Freshness,
    ProvenanceDocument? Provenance);

/// <summary>Candles of one instrument, oldest first.</summary>
public sealed record CandlesDocument(
    string Instrument,
    string Interval,
    ImmutableArray<Candle> Candles,
    FreshnessDocument Freshness);

/// <summary>One trade, or several at one price joined by the venue.</summary>
/// <param name="TradeId">The venue's id; none where the venue gives none.</param>
/// <param name="Price">In the quote asset.</param>
/// <param name="Quantity">In the base asset.</param>
/// <param name="Time">When it was made, by the venue.</param>
/// <param name="BuyerIsMaker">The seller took.</param>
/// <param name="Count">How many trades this stands for.</param>
public sealed record TradeDocument(
    long? TradeId, decimal Price, decimal Quantity, DateTimeOffset Time, bool BuyerIsMaker, int Count);

/// <summary>How far an answer can be trusted.</summary>
/// <param name="Status">
/// <c>live</c>, <c>stale</c>, <c>stalled</c>, <c>source-down</c>, <c>repairing</c>, <c>gap</c>, <c>parked</c> or <c>cold</c>.
/// </param>
/// <param name="Watermark">All that the source published up to here is in the answer.</param>
/// <param name="Sequence">The business sequence that the answer reflects.</param>
/// <param name="EventTime">The source's own time of the newest event applied.</param>
/// <param name="ReceivedAt">When the newest event applied was received from the source.</param>
/// <param name="AppliedAt">When it was applied.</param>
/// <param name="VerifiedAt">The last agreement with the source itself.</param>
/// <param name="Reason">One sentence where the status is not live.</param>
public sealed record FreshnessDocument(
    string Status,
    DateTimeOffset? Watermark,
    long Sequence,
    DateTimeOffset? EventTime,
    DateTimeOffset? ReceivedAt,
    DateTimeOffset? AppliedAt,
    DateTimeOffset? VerifiedAt,
    string? Reason);

/// <summary>The record that the newest content came from.</summary>
/// <param name="Topic">Topic of the record.</param>
/// <param name="LogId">Which log the topic was: one that is made anew counts its offsets from the start; 32 hexadecimal digits.</param>
/// <param name="Partition">Partition of the record.</param>
/// <param name="Offset">Offset of the record.</param>
/// <param name="EventId">Identity of the record.</param>
/// <param name="Origin">The raw record that it was derived from: <c>logId/partition/offset/index</c>.</param>
/// <param name="TraceParent">W3C trace context.</param>
/// <param name="RepairId">The repair that set the present base of the content, if one did.</param>
public sealed record ProvenanceDocument(
    string Topic, string? LogId, int Partition, long Offset, string? EventId, string? Origin, string? TraceParent, string? RepairId);
