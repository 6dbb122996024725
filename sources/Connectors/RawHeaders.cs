namespace StreamForge.Sources.Connectors;

/// <summary>Names of the headers of raw records, and what stands in <see cref="Schema"/>: the wire contract of the raw topic.</summary>
public static class RawHeaders
{
    /// <summary>W3C trace context.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>Unique over all processes; kept when an append is repeated.</summary>
    public const string EventId = "event-id";

    /// <summary>The venue.</summary>
    public const string Source = "source";

    public const string Schema = "schema";

    /// <summary>Unix nanoseconds, decimal.</summary>
    public const string ReceivedAt = "received-at";

    /// <summary><c>venue:SYMBOL</c>, where it can be told.</summary>
    public const string Instrument = "instrument";

    /// <summary>The repair request that the record answers.</summary>
    public const string RepairId = "repair-id";

    /// <summary>The trades that the record tells all about: <c>from-to</c>, inclusive.</summary>
    public const string RepairRange = "repair-range";

    /// <summary>The venue had come no further than this id, so the record says nothing of those above; absent where it had.</summary>
    public const string RepairThrough = "repair-through";

    public const string SchemaFrame = "raw.frame";
    public const string SchemaDepthSnapshot = "raw.depth-snapshot";
    public const string SchemaTrades = "raw.trades";
    public const string SchemaWatermark = "watermark";
}
