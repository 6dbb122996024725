using StreamForge.Bench.Api;
using StreamForge.Bench.Hosting;
using StreamForge.Silo.Engine;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Bench.SlowStorage;

/// <summary>What <c>bench slow-storage</c> measures.</summary>
internal sealed record SlowStorageBenchOptions
{
    /// <summary>Kept connections, one request in flight on each: few, so that what is measured is an answer and not a queue.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Length of a round, seconds: longer than a write.</summary>
    public double Seconds { get; init; } = 4;

    /// <summary>Rounds with and without slow writes, which take turns.</summary>
    public int Rounds { get; init; } = 4;

    /// <summary>Events a second that flow into the platform meanwhile, so that there is something to write.</summary>
    public double Rate { get; init; } = 500;

    /// <summary>How much longer a write of grain state or of low-water marks takes, seconds.</summary>
    public double Delay { get; init; } = 1;

    public int Seed { get; init; } = 1;
}

/// <summary>Reads of active grains over HTTP while every write of state takes a second more, beside the same reads without that.</summary>
internal sealed class SlowStorageBench(SlowStorageBenchOptions options, IProgress<string> progress)
{
    public async Task<IReadOnlyList<Figures>> RunAsync(CancellationToken cancellation)
    {
        var slowness = new Slowness(TimeSpan.FromSeconds(options.Delay));
        var seams = new PlatformSeams { Files = (folder, disk) => folder == "log" ? disk : new SlowFiles(disk, slowness) };
        await using var busy = await BusyPlatform.Start(seams, options.Rate, TotalSeconds, options.Seed, progress, cancellation);
        var figures = new List<Figures>();
        foreach (var path in busy.Paths)
            figures.Add(await Compare(busy, path, slowness, cancellation));
        slowness.IsOn = false;
        return figures;
    }

    private double TotalSeconds => BusyPlatform.Views * ((2 * options.Rounds) + 1) * ((options.Seconds * 1.25) + 1);

    private async Task<Figures> Compare(BusyPlatform busy, string path, Slowness slowness, CancellationToken cancellation)
    {
        var url = new Uri(busy.Platform.Api, path);
        var (usual, slow) = (new List<LoadResult>(), new List<LoadResult>());
        progress.Report($"{path}, warming up ...");
        slowness.IsOn = false;
        await LoadProcess.Run(url, options.Connections, options.Seconds, token: null, cancellation);
        var before = slowness.Slowed;
        for (var round = 0; round < options.Rounds; round++)
        {
            progress.Report($"{path}, round {round + 1} of {options.Rounds} ...");
            slowness.IsOn = false;
            usual.Add(await LoadProcess.Run(url, options.Connections, options.Seconds, token: null, cancellation));
            slowness.IsOn = true;
            slow.Add(await LoadProcess.Run(url, options.Connections, options.Seconds, token: null, cancellation));
        }

        var slowed = slowness.Slowed - before;
        if (slowed == 0)
            throw new InvalidOperationException("Nothing was written while writes were slow: these figures would say nothing.");
        var (p99, slowP99) = (LoadResult.Median(usual, static r => r.P99), LoadResult.Median(slow, static r => r.P99));
        return new Figures(BusyPlatform.NameOf(path, "slow-storage"),
        [
            ("engine", GrainEngine.Name), ("requests_per_s", LoadResult.Rate(usual)), ("slow_requests_per_s", LoadResult.Rate(slow)),
            ("p50_ms", LoadResult.Median(usual, static r => r.P50)), ("slow_p50_ms", LoadResult.Median(slow, static r => r.P50)),
            ("p99_ms", p99), ("slow_p99_ms", slowP99), ("p99_ratio", slowP99 / p99), ("slowed_writes", slowed),
        ]);
    }
}
