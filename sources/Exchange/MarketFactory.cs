using Microsoft.Extensions.Logging;
using StreamForge.Silo.Files;
using StreamForge.Sources.Exchange.Generation;
using StreamForge.Sources.Exchange.Market;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange;

/// <summary>Makes the market that the options ask for.</summary>
internal static class MarketFactory
{
    public static IMarket Create(ExchangeOptions options, TimeProvider time, BadLines bad, ILogger logger)
    {
        if (options.Replay.Count == 0)
            return Generated(options, time, logger);
        var recording = new Recording(options.Replay, options.Venue);
        return recording.Venue == RecordingVenue.Kraken
            ? new RecordedKrakenMarket(recording, bad)
            : new RecordedBinanceMarket(recording, bad, options.TradeHistory);
    }

    private static GeneratedFeed Generated(ExchangeOptions options, TimeProvider time, ILogger logger)
    {
        if (options.Folder is not { } folder)
            return new GeneratedFeed(options.Generator, new GeneratedMarket(options.Generator), null, null, time);
        // A lock of its own: with the log and the stores elsewhere nothing else of the data folder is claimed.
        if (!FolderClaim.TryTake(Path.GetFullPath(folder), out var claim, out var owner))
            throw new IOException($"The generated market in {folder} is in use by {owner}: one process at a time may tell it.");
        try
        {
            var keeper = MarketKeeper.Open(folder, options.Generator, logger);
            return new GeneratedFeed(options.Generator, keeper.Market, keeper, claim, time);
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }
}
