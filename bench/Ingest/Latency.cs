using System.Diagnostics;
using StreamForge.Bench.Hosting;

namespace StreamForge.Bench.Ingest;

/// <summary>How long it took until clients of the API saw events, from the moment that they were due to be appended.</summary>
/// <param name="Samples">Events that were looked for, and found.</param>
internal sealed record Latency(double P50, double P99, int Samples, double EventsPerSecond);

/// <summary>Measures <see cref="Latency"/> at a fixed rate.</summary>
internal sealed class LatencyRun(BenchPlatform platform, BenchMarket market, IngestBenchOptions options)
{
    // The first second belongs to connections and caches.
    private const double WarmUpSeconds = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="events">What is sent, in order.</param>
    /// <param name="rate">Events a second.</param>
    /// <param name="raw">As raw frames, so that the parser is in the path too; otherwise as canonical events.</param>
    /// <exception cref="InvalidOperationException">An event did not become visible, or a reader was dropped.</exception>
    public async Task<Latency> Run(BenchEvent[] events, double rate, bool raw, CancellationToken cancellation)
    {
        var latency = default(Latency)!;
        await WithFollowers(
            async (followed, followers, following) =>
            {
                await using var loop = new OpenLoop(platform.Log, events, rate, raw, options.Partitions);
                var start = Stopwatch.GetTimestamp();
                await loop.Run(cancellation);
                var sent = Stopwatch.GetElapsedTime(start);
                await Seen(events, followed, followers, following, cancellation);
                latency = Join(events, followed, followers, loop, (int)(rate * WarmUpSeconds)) with
                {
                    EventsPerSecond = events.Length / sent.TotalSeconds,
                };
            },
            cancellation);
        return latency;
    }

    /// <summary>Events a second where they are sent as fast as they are applied, while the same clients follow.</summary>
    public async Task<double> Maximum(BenchEvent[] events, Func<long> applied, CancellationToken cancellation)
    {
        var rate = 0d;
        await WithFollowers(
            async (_, _, _) =>
            {
                await using var loop = new OpenLoop(platform.Log, events, double.PositiveInfinity, raw: false, options.Partitions);
                var start = Stopwatch.GetTimestamp();
                await loop.RunClosed(applied, cancellation);
                rate = events.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
            },
            cancellation);
        return rate;
    }

    private async Task WithFollowers(Func<int[], StreamFollower[], Task, Task> measure, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var step = Math.Max(1, market.Instruments.Count / options.Followed);
        var followed = Enumerable.Range(0, market.Instruments.Count).Where(i => i % step == 0).ToArray();
        var followers = followed.Select(i => new StreamFollower(platform.Api, market.Instruments[i])).ToArray();
        var following = Task.WhenAll(followers.Select(follower => follower.Run(stop.Token)));
        try
        {
            await Task.WhenAll(followers.Select(static follower => follower.Ready));
            await measure(followed, followers, following);
            await stop.CancelAsync();
            await following;
        }
        finally
        {
            foreach (var follower in followers)
                follower.Dispose();
        }
    }

    private static async Task Seen(
        BenchEvent[] events, int[] followed, StreamFollower[] followers, Task following, CancellationToken cancellation)
    {
        var counts = events.CountBy(static item => item.Instrument).ToDictionary();
        var start = Stopwatch.GetTimestamp();
        while (followed.Zip(followers).Any(pair => pair.Second.Count < counts.GetValueOrDefault(pair.First)))
        {
            if (following.IsFaulted)
                await following;
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new InvalidOperationException("Not all events became visible in the API.");
            await Task.Delay(5, cancellation);
        }
    }

    private static Latency Join(BenchEvent[] events, int[] followed, StreamFollower[] followers, OpenLoop loop, int skip)
    {
        var due = new Dictionary<(int Instrument, bool IsTrade, long Id), int>();
        for (var i = skip; i < events.Length; i++)
            due[(events[i].Instrument, events[i].IsTrade, events[i].Id)] = i;
        var samples = new List<double>();
        foreach (var (instrument, follower) in followed.Zip(followers))
            foreach (var (isTrade, id, seenAt) in follower.Seen)
                if (due.TryGetValue((instrument, isTrade, id), out var index))
                    samples.Add(Stopwatch.GetElapsedTime(loop.ScheduledAt(index), seenAt).TotalMilliseconds);
        samples.Sort();
        return new Latency(Percentile(samples, 0.50), Percentile(samples, 0.99), samples.Count, 0);
    }

    private static double Percentile(List<double> sorted, double share) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}
