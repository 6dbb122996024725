using System.Diagnostics;
using System.Globalization;
using System.Net.Http;
using System.Text.Json;
using StreamForge.Bench.Hosting;
using StreamForge.Bench.Ingest;
using StreamForge.Silo.Engine;

namespace StreamForge.Bench.Api;

/// <summary>What <c>bench api</c> measures.</summary>
internal sealed record ApiBenchOptions
{
    /// <summary>Kept connections, one request in flight on each.</summary>
    public int Connections { get; init; } = 32;

    /// <summary>Length of a round, seconds.</summary>
    public double Seconds { get; init; } = 2;

    /// <summary>Rounds of each address; platform and bare endpoint take turns.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Events a second that flow into the platform meanwhile.</summary>
    public double Rate { get; init; } = 500;

    public int Seed { get; init; } = 1;
}

/// <summary>Requests a second for one instrument's views, beside a bare endpoint that returns the same bytes.</summary>
internal sealed class ApiBench(ApiBenchOptions options, IProgress<string> progress)
{
    private const int Instruments = 50;
    private const int Partitions = 4;

    public async Task<IReadOnlyList<Figures>> RunAsync(CancellationToken cancellation)
    {
        using var market = new BenchMarket(Instruments, Partitions, options.Seed);
        await using var platform = await BenchPlatform.Start(new BenchPlatformOptions { Partitions = Partitions }, cancellation);
        await platform.Pipeline.StartAsync(cancellation);
        progress.Report("filling ...");
        BenchEvent[] first = [.. market.Snapshots(), .. market.Take(10_000, raw: false)];
        await using (var filling = new OpenLoop(platform.Log, first, 50_000, raw: false, Partitions))
            await filling.Run(cancellation);
        await new PipelineWatch(platform.Pipeline).AppliedTo(first.Length, cancellation);

        // Views are asked for while they change: bytes that never change would be too easy.
        var paths = new[] { $"/v1/instruments/{market.Instruments[0]}", $"/v1/instruments/{market.Instruments[0]}/book?depth=20" };
        var seconds = paths.Length * 2 * options.Rounds * ((options.Seconds * 1.25) + 1);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var trickle = new OpenLoop(
            platform.Log, market.Take((int)(options.Rate * seconds * 2), raw: false), options.Rate, raw: false, Partitions);
        var trickling = trickle.Run(enough.Token);
        var figures = new List<Figures>();
        foreach (var path in paths)
            figures.Add(await Compare(platform, path, cancellation));
        await enough.CancelAsync();
        await trickling;
        return figures;
    }

    private async Task<Figures> Compare(BenchPlatform platform, string path, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        var body = await http.GetByteArrayAsync(new Uri(platform.Api, path), cancellation);
        var barePath = "/bare" + path.Split('?')[0];
        await using var bare = await BareServer.Start(new Dictionary<string, byte[]> { [barePath] = body }, cancellation);
        var (ours, theirs) = (new List<LoadResult>(), new List<LoadResult>());
        for (var round = 0; round < options.Rounds; round++)
        {
            progress.Report($"{path}, round {round + 1} of {options.Rounds} ...");
            ours.Add(await Load(new Uri(platform.Api, path), cancellation));
            theirs.Add(await Load(new Uri(bare.Root, barePath), cancellation));
        }

        var (rate, bareRate) = (Rate(ours), Rate(theirs));
        return new Figures(path.Contains("/book", StringComparison.Ordinal) ? "api-book" : "api-instrument",
        [
            ("engine", GrainEngine.Name), ("requests_per_s", rate), ("bare_requests_per_s", bareRate), ("ratio", rate / bareRate),
            ("p50_ms", Median(ours, static r => r.P50)), ("p99_ms", Median(ours, static r => r.P99)),
            ("bare_p50_ms", Median(theirs, static r => r.P50)), ("bare_p99_ms", Median(theirs, static r => r.P99)),
            ("body_bytes", body.Length),
        ]);
    }

    private async Task<LoadResult> Load(Uri url, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "load", "--url", url.AbsoluteUri,
                "--connections", options.Connections.ToString(CultureInfo.InvariantCulture),
                "--seconds", options.Seconds.ToString(CultureInfo.InvariantCulture),
            },
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The generator of load did not start.");
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 && JsonSerializer.Deserialize<LoadResult>(output) is { } result
            ? result
            : throw new InvalidOperationException($"The generator of load failed with {process.ExitCode}.");
    }

    private static double Rate(List<LoadResult> rounds) => rounds.Sum(static r => r.Requests) / rounds.Sum(static r => r.Seconds);

    private static double Median(List<LoadResult> rounds, Func<LoadResult, double> figure) =>
        rounds.Select(figure).Order().ElementAt(rounds.Count / 2);
}
