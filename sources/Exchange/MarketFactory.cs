using StreamForge.Sources.Exchange.Generation;
using StreamForge.Sources.Exchange.Market;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange;

/// <summary>Makes the market that the options ask for.</summary>
internal static class MarketFactory
{
    public static IMarket Create(ExchangeOptions options, TimeProvider time, BadLines bad)
    {
        if (options.Replay.Count == 0)
            return new GeneratedFeed(options.Generator, time);
        var recording = new Recording(options.Replay, options.Venue);
        return recording.Venue == RecordingVenue.Kraken
            ? new RecordedKrakenMarket(recording, bad)
            : new RecordedBinanceMarket(recording, bad, options.TradeHistory);
    }
}
