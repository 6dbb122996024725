using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Playback;

namespace StreamForge.Tests.Sources.Exchange;

/// <summary>The recordings of the shared data folder; tests are skipped where it is absent.</summary>
internal static class Recorded
{
    public static string Usdm => Find("binance-usdm-btcusdt/btcusdt_20240808.gz");

    /// <summary>The first minute of <see cref="Usdm"/>.</summary>
    public static string UsdmMinute => Find("binance-usdm-btcusdt/cut-first-60s-all-streams.jsonl.gz");

    public static string Spot => Find("binance-spot-btcusdt/cut-first-130s-btcusdt.jsonl.gz");

    public static string[] Family =>
    [
        Find("binance-futures-family/BINANCE_FUTURES.0"),
        Find("binance-futures-family/BINANCE_FUTURES.http.0.0"),
        Find("binance-futures-family/BINANCE_FUTURES.ws.1.0"),
    ];

    public static string[] Kraken =>
        [Find("kraken/KRAKEN.ws.48.0"), Find("kraken/KRAKEN.ws.49.0"), Find("kraken/KRAKEN.ws.50.0")];

    /// <summary>Serves a recording.</summary>
    public static async Task<ExchangeHost> StartAsync(ExchangeOptions options)
    {
        var host = new ExchangeHost(options, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        await host.StartAsync();
        return host;
    }

    public static ExchangeOptions AtFullSpeed(params string[] files) => new()
    {
        Replay = files,
        Playback = new PlaybackOptions { Speed = PlaybackOptions.MaxSpeed },
    };

    public static ExchangeOptions InLockStep(params string[] files) => new()
    {
        Replay = files,
        Playback = new PlaybackOptions { LockStep = true },
    };

    private static string Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", "market", name);
            if (File.Exists(path))
                return path;
        }

        Assert.Skip("shared/data is absent");
        return name;
    }
}
