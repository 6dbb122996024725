namespace StreamForge.Contracts.Streams;

/// <summary>The names of the headers that records carry on every topic.</summary>
public static class RecordHeaders
{
    /// <summary>W3C trace context of what caused the record.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>The identity of the record: the same event appended twice has the same id.</summary>
    public const string EventId = "event-id";

    /// <summary>What a derived record was made from: see <see cref="Streams.Origin"/>.</summary>
    public const string Origin = "origin";

    /// <summary>The system that the record is from: <c>binance</c>, <c>binance-usdm</c>, <c>kraken</c>.</summary>
    public const string Source = "source";

    /// <summary>What the value is: one of <see cref="RecordSchemas"/>.</summary>
    public const string Schema = "schema";

    /// <summary>When the connector received it: Unix time in nanoseconds, UTC, decimal.</summary>
    public const string ReceivedAt = "received-at";

    /// <summary>The instrument that a raw record is about, where the connector knows it: <c>venue:SYMBOL</c>.</summary>
    public const string Instrument = "instrument";

    /// <summary>The repair request that a raw record answers, where it answers one.</summary>
    public const string RepairId = "repair-id";

    /// <summary>For a repair's answer of trades: the range of ids that was asked for, <c>from-to</c>, inclusive.</summary>
    public const string RepairRange = "repair-range";

    /// <summary>The last id of that range that the answer lists, where what answered may not have come further.</summary>
    public const string RepairThrough = "repair-through";

    /// <summary>The id of the dead letter that this record replays.</summary>
    public const string ReplayOf = "replay-of";
}

/// <summary>The values of the header <see cref="RecordHeaders.Schema"/>.</summary>
public static class RecordSchemas
{
    /// <summary>A frame exactly as the venue's WebSocket sent it.</summary>
    public const string RawFrame = "raw.frame";

    /// <summary>The body of a venue's REST depth snapshot, exactly as received.</summary>
    public const string RawDepthSnapshot = "raw.depth-snapshot";

    /// <summary>The body of a venue's REST answer to a request for trades by id, exactly as received.</summary>
    public const string RawTrades = "raw.trades";

    /// <summary>A watermark of a source: see <see cref="Integrity.SourceWatermark"/>.</summary>
    public const string Watermark = "watermark";

    /// <summary>Records of the topic that this one is derived from were lost here: see <see cref="PartitionLoss"/>.</summary>
    public const string Loss = "loss";

    /// <summary>A canonical market event: see <see cref="Market.MarketEvent"/>.</summary>
    public const string Market = "market.v1";

    /// <summary>A canonical event about a client of the bank: see <see cref="Clients.ClientEvent"/>.</summary>
    public const string Client = "client.v1";
}

/// <summary>The topics of the market path. All but the dead letters have the same number of partitions.</summary>
public static class Topics
{
    /// <summary>Frames exactly as received, keyed by instrument where it can be told.</summary>
    public const string RawMarket = "raw.market";

    /// <summary>Canonical depth, keyed by instrument.</summary>
    public const string MarketDepth = "market.depth";

    /// <summary>Canonical trades, keyed by instrument.</summary>
    public const string MarketTrades = "market.trades";

    /// <summary>What could not be processed, with where it stood and why.</summary>
    public const string DeadLetters = "dead-letters";
}
