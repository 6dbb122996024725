using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Sources.Exchange.Playback;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.EndToEnd.Support;

/// <summary>A platform beside an exchange of this test's own, which goes wrong on demand.</summary>
internal sealed class FaultyMarket : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    private FaultyMarket(ExchangeHost exchange) => Exchange = exchange;

    public ExchangeHost Exchange { get; }

    public TestPlatform Platform { get; private set; } = null!;

    /// <summary>Plays recordings through the connector; the market stands still while nobody listens, so that runs compare.</summary>
    public static async Task<FaultyMarket> Start(
        IReadOnlyList<string> files, string venue, FaultPlan plan, double speed = PlaybackOptions.MaxSpeed, bool lockStep = false)
    {
        var exchange = new ExchangeHost(
            new ExchangeOptions
            {
                Replay = files,
                Playback = new PlaybackOptions
                {
                    Speed = speed,
                    LockStep = lockStep,
                    HoldWithoutSubscribers = true,
                },
                Faults = plan,
                // So that requests overlap as they do over a real distance.
                RestLatency = TimeSpan.FromMilliseconds(50),
            },
            TimeProvider.System,
            NullLoggerFactory.Instance);
        var market = new FaultyMarket(exchange);
        try
        {
            await exchange.StartAsync();
            market.Platform = await TestPlatform.Start(
                TestPlatform.Live(market._folder.Path, venue, exchange.HttpEndpoint, [.. exchange.Symbols]));
            return market;
        }
        catch
        {
            await market.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when all is played and the platform vouches for its answers up to a moment after the end.</summary>
    public async Task Vouched(TimeSpan deadline, params IReadOnlyList<string> instruments)
    {
        await Eventually.Holds(() => Exchange.Progress.State == PlaybackState.Ended, deadline, "the recording has ended");
        await Platform.Vouched(DateTimeOffset.UtcNow, deadline, instruments);
    }

    public async ValueTask DisposeAsync()
    {
        if (Platform is { } platform)
            await platform.DisposeAsync();
        await Exchange.DisposeAsync();
        _folder.Dispose();
    }
}
