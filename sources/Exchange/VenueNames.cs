using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange;

/// <summary>The names of venues as users write them.</summary>
public static class VenueNames
{
    /// <summary><c>binance</c>, <c>binance-usdm</c> or <c>kraken</c>.</summary>
    public static string NameOf(RecordingVenue venue) => venue switch
    {
        RecordingVenue.BinanceSpot => "binance",
        RecordingVenue.BinanceUsdm => "binance-usdm",
        _ => "kraken",
    };

    /// <summary>The venue of a name.</summary>
    public static bool TryParse(string? name, out RecordingVenue venue)
    {
        foreach (var candidate in Enum.GetValues<RecordingVenue>())
        {
            if (!string.Equals(name, NameOf(candidate), StringComparison.OrdinalIgnoreCase))
                continue;
            venue = candidate;
            return true;
        }

        venue = default;
        return false;
    }
}
