namespace StreamForge.Sources.Recordings;

/// <summary>Tells whose recording it is from its first telling line.</summary>
internal static class VenueDetection
{
    /// <exception cref="RecordingException">Nothing in the recording is characteristic.</exception>
    public static RecordingVenue Detect(Recording recording)
    {
        var bad = new BadLines();
        foreach (var line in recording.Read(bad))
        {
            if ((FromUrl(line.Url) ?? FromPayload(line.Payload.Span)) is { } venue)
                return venue;
        }

        var hint = bad.First.IsEmpty ? "" : $" ({bad.First[0]})";
        throw new RecordingException(
            $"{recording.Files[0]}: cannot tell the venue from the data{hint}; give binance, binance-usdm or kraken.");
    }

    private static RecordingVenue? FromUrl(string? url) => url switch
    {
        null => null,
        _ when url.Contains("kraken.com", StringComparison.OrdinalIgnoreCase) => RecordingVenue.Kraken,
        _ when url.Contains("//fstream.", StringComparison.OrdinalIgnoreCase)
            || url.Contains("/fapi/", StringComparison.OrdinalIgnoreCase) => RecordingVenue.BinanceUsdm,
        _ when url.Contains("binance.com", StringComparison.OrdinalIgnoreCase) => RecordingVenue.BinanceSpot,
        _ => null,
    };

    /// <summary>Kraken speaks in arrays; a USD-M diff names its predecessor (<c>pu</c>), a spot diff does not.</summary>
    private static RecordingVenue? FromPayload(ReadOnlySpan<byte> payload)
    {
        if (payload.StartsWith("["u8) || payload.IndexOf("\"systemStatus\""u8) >= 0)
            return RecordingVenue.Kraken;
        if (payload.IndexOf("\"depthUpdate\""u8) < 0)
            return null;
        return payload.IndexOf("\"pu\":"u8) >= 0 ? RecordingVenue.BinanceUsdm : RecordingVenue.BinanceSpot;
    }
}
