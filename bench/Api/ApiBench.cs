using System.Net.Http;
using StreamForge.Bench.Hosting;
using StreamForge.Silo.Engine;
using StreamForge.Standalone.Hosting;

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

    /// <summary>Each request carries a token, which the bare endpoint does not look at; without, the caller is anybody on the machine.</summary>
    public bool SendsToken { get; init; }
}

/// <summary>Requests a second for one instrument's views, beside a bare endpoint that returns the same bytes.</summary>
internal sealed class ApiBench(ApiBenchOptions options, IProgress<string> progress)
{
    public async Task<IReadOnlyList<Figures>> RunAsync(CancellationToken cancellation)
    {
        var seconds = BusyPlatform.Views * 2 * options.Rounds * ((options.Seconds * 1.25) + 1);
        await using var busy = await BusyPlatform.Start(PlatformSeams.None, options.Rate, seconds, options.Seed, progress, cancellation);
        var figures = new List<Figures>();
        foreach (var path in busy.Paths)
            figures.Add(await Compare(busy.Platform, path, cancellation));
        return figures;
    }

    private async Task<Figures> Compare(BenchPlatform platform, string path, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        var body = await http.GetByteArrayAsync(new Uri(platform.Api, path), cancellation);
        var token = options.SendsToken ? platform.Token() : null;
        var barePath = "/bare" + path.Split('?')[0];
        await using var bare = await BareServer.Start(new Dictionary<string, byte[]> { [barePath] = body }, cancellation);
        var (ours, theirs) = (new List<LoadResult>(), new List<LoadResult>());
        for (var round = 0; round < options.Rounds; round++)
        {
            progress.Report($"{path}, round {round + 1} of {options.Rounds} ...");
            ours.Add(await Load(new Uri(platform.Api, path), token, cancellation));
            theirs.Add(await Load(new Uri(bare.Root, barePath), token, cancellation));
        }

        var (rate, bareRate) = (LoadResult.Rate(ours), LoadResult.Rate(theirs));
        return new Figures(BusyPlatform.NameOf(path, "api"),
        [
            ("engine", GrainEngine.Name), ("requests_per_s", rate), ("bare_requests_per_s", bareRate), ("ratio", rate / bareRate),
            ("p50_ms", LoadResult.Median(ours, static r => r.P50)), ("p99_ms", LoadResult.Median(ours, static r => r.P99)),
            ("bare_p50_ms", LoadResult.Median(theirs, static r => r.P50)), ("bare_p99_ms", LoadResult.Median(theirs, static r => r.P99)),
            ("body_bytes", body.Length),
        ]);
    }

    private Task<LoadResult> Load(Uri url, string? token, CancellationToken cancellation) =>
        LoadProcess.Run(url, options.Connections, options.Seconds, token, cancellation);
}
