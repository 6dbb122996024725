using System.Text.Json.Serialization;

namespace StreamForge.Contracts.Integrity;

/// <summary>
/// A connector's word on a source, written every second into every partition that it feeds: all that the source
/// published up to <see cref="Through"/> stands in the partition before this record. A source that is down writes no
/// later <see cref="Through"/> but says so, which tells silence from a dead link.
/// </summary>
public sealed record SourceWatermark
{
    /// <summary>The source: a venue, <c>binance-usdm</c>.</summary>
    [JsonPropertyName("source")] public required string Source { get; init; }

    /// <summary>Published-through time by the connector's clock, UTC: the last proof of the link (ping, heartbeat, frame).</summary>
    [JsonPropertyName("through")] public required DateTimeOffset Through { get; init; }

    /// <summary>Whether the link is up and all subscriptions are confirmed.</summary>
    [JsonPropertyName("up")] public required bool Up { get; init; }

    /// <summary>Why it is not, for a person.</summary>
    [JsonPropertyName("reason")] public string? Reason { get; init; }

    /// <summary>
    /// Instruments that it does not vouch for, though the link is up: they were not asked for yet since the link was down, so what they
    /// published meanwhile may be missing. None where it vouches for all.
    /// </summary>
    [JsonPropertyName("unasked")] public IReadOnlySet<string>? Unasked { get; init; }

    /// <summary>Whether what it says holds for an instrument.</summary>
    public bool IsOf(string instrument) => Unasked?.Contains(instrument) != true;
}
