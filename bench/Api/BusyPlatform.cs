using StreamForge.Bench.Hosting;
using StreamForge.Bench.Ingest;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Bench.Api;

/// <summary>A platform with instruments in it that goes on being fed: what never changes would be too easy to read.</summary>
internal sealed class BusyPlatform : IAsyncDisposable
{
    private const int Instruments = 50;
    private const int Partitions = 4;

    private readonly BenchMarket _market;
    private readonly OpenLoop _trickle;
    private readonly CancellationTokenSource _enough;
    private readonly Task _trickling;

    private BusyPlatform(BenchPlatform platform, BenchMarket market, OpenLoop trickle, CancellationTokenSource enough)
    {
        (Platform, _market, _trickle, _enough) = (platform, market, trickle, enough);
        _trickling = trickle.Run(enough.Token);
    }

    /// <summary>How many <see cref="Paths"/> there are.</summary>
    public static int Views => 2;

    public BenchPlatform Platform { get; }

    /// <summary>The views that are asked for: one of the instrument, one of its book.</summary>
    public IReadOnlyList<string> Paths =>
        [$"/v1/instruments/{_market.Instruments[0]}", $"/v1/instruments/{_market.Instruments[0]}/book?depth=20"];

    public static string NameOf(string path, string bench) =>
        bench + (path.Contains("/book", StringComparison.Ordinal) ? "-book" : "-instrument");

    /// <param name="rate">Events a second.</param>
    /// <param name="seconds">About how long it will be needed.</param>
    public static async Task<BusyPlatform> Start(
        PlatformSeams seams, double rate, double seconds, int seed, IProgress<string> progress, CancellationToken cancellation)
    {
        var market = new BenchMarket(Instruments, Partitions, seed);
        var platform = await BenchPlatform.Start(new BenchPlatformOptions { Partitions = Partitions, Seams = seams }, cancellation);
        await platform.Pipeline.StartAsync(cancellation);
        progress.Report("filling ...");
        BenchEvent[] first = [.. market.Snapshots(), .. market.Take(10_000, raw: false)];
        await using (var filling = new OpenLoop(platform.Log, first, 50_000, raw: false, Partitions))
            await filling.Run(cancellation);
        await new PipelineWatch(platform.Pipeline).AppliedTo(first.Length, cancellation);
        var trickle = new OpenLoop(platform.Log, market.Take((int)(rate * seconds * 2), raw: false), rate, raw: false, Partitions);
        return new BusyPlatform(platform, market, trickle, CancellationTokenSource.CreateLinkedTokenSource(cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _trickling;
        await _trickle.DisposeAsync();
        _enough.Dispose();
        await Platform.DisposeAsync();
        _market.Dispose();
    }
}
