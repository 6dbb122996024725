using System.Diagnostics;
using System.Runtime;
using Microsoft.Extensions.Options;
using StreamForge.Bench.Hosting;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Contracts.Streams;

namespace StreamForge.Bench.Ingest;

/// <summary>
/// Events a second from the log through grains to durable checkpoints, beside a consumer that only reads and decodes; how soon
/// clients see events; how fast a backlog is caught up.
/// </summary>
internal sealed class IngestBench(IngestBenchOptions options, IProgress<string> progress)
{
    private const int WarmUpEvents = 60_000;
    private const int WarmUpRounds = 3;
    private const double SlowRate = 1_000;
    private const double PauseSeconds = 3;
    private const int LiveEvents = 200_000;
    private long _appended;

    /// <exception cref="InvalidOperationException">Something went wrong that makes the figures void.</exception>
    public async Task<IReadOnlyList<Figures>> RunAsync(CancellationToken cancellation)
    {
        using var market = new BenchMarket(options.Instruments, options.Partitions, options.Seed);
        await using var platform = await BenchPlatform.Start(
            new BenchPlatformOptions { Partitions = options.Partitions, Kafka = options.Kafka, Postgres = options.Postgres },
            cancellation);
        foreach (var topic in new[] { Topics.RawMarket, Topics.MarketDepth, Topics.MarketTrades })
            await platform.Log.EnsureTopic(platform.Topics.Topic(topic), cancellation);
        var watch = new PipelineWatch(platform.Pipeline);

        progress.Report("warming up ...");
        await WarmUp(platform, market, watch, cancellation);

        var throughput = await Throughput(platform, market, watch, cancellation);
        if (options.RateOnly)
            return [new("ingest", Rate(platform, throughput))];
        var latency = new LatencyRun(platform, market, options);
        var live = await LiveMaximum(latency, market, watch, cancellation);
        var half = await Visible(latency, market, live / 2, raw: false, cancellation);
        var slow = await Visible(latency, market, SlowRate, raw: false, cancellation);
        var slowRaw = await Visible(latency, market, SlowRate, raw: true, cancellation);
        await watch.AppliedTo(_appended, cancellation);
        var (catchUp, liveRate) = await CatchUp(platform, market, watch, live / 2, cancellation);
        watch.MustHaveApplied(_appended);

        string name = GrainEngine.Name, log = platform.LogName, store = platform.StoreName;
        return
        [
            new("ingest", [.. Rate(platform, throughput), ("p50_ms", half.P50), ("p99_ms", half.P99), ("catch_up_x", catchUp)]),
            new("live", [("engine", name), ("log", log), ("store", store), ("events_per_s", live)]),
            Row("visible-half", half),
            Row("visible-1000", slow),
            Row("visible-1000-raw", slowRaw),
            new("catch-up", [("engine", name), ("log", log), ("store", store), ("live_events_per_s", liveRate), ("catch_up_x", catchUp)]),
        ];

        Figures Row(string row, Latency latency) => new(row,
        [
            ("engine", name), ("log", log), ("store", store), ("events_per_s", latency.EventsPerSecond),
            ("p50_ms", latency.P50), ("p99_ms", latency.P99), ("samples", latency.Samples),
        ]);
    }

    private static (string Field, object Value)[] Rate(BenchPlatform platform, Throughput run) =>
    [
        ("engine", GrainEngine.Name), ("log", platform.LogName), ("store", platform.StoreName),
        ("events_per_s", run.EventsPerSecond), ("ceiling_events_per_s", run.Ceiling), ("ratio", run.EventsPerSecond / run.Ceiling),
        ("mb_per_s", run.MegabytesPerSecond), ("applied_s", run.AppliedSeconds), ("durable_s", run.DurableSeconds),
        ("cpu_s", run.CpuSeconds), ("gc_pause_s", run.PauseSeconds), ("allocated_per_event", run.AllocatedPerEvent), ("ceiling_cpu_s", run.CeilingCpuSeconds),
        ("bytes_per_grain", run.BytesPerGrain), ("flush_mb_per_s", run.FlushMegabytesPerSecond),
    ];

    /// <summary>Runs all that will be measured until the compiler has nothing left to improve: it would take its share of the cores.</summary>
    private async Task WarmUp(BenchPlatform platform, BenchMarket market, PipelineWatch watch, CancellationToken cancellation)
    {
        await Preload(platform, market.Snapshots(), cancellation);
        for (var round = 0; round < WarmUpRounds; round++)
        {
            await Preload(platform, Next(market, WarmUpEvents), cancellation);
            await Ceiling(platform, _appended, cancellation);
            await platform.Pipeline.StartAsync(cancellation);
            await watch.AppliedTo(_appended, cancellation);
            await platform.Pipeline.StopAsync(cancellation);
            for (var compiled = -1L; compiled != JitInfo.GetCompiledMethodCount();)
            {
                compiled = JitInfo.GetCompiledMethodCount();
                await Task.Delay(200, cancellation);
            }
        }
    }

    private static IEnumerable<BenchEvent> Next(BenchMarket market, int count)
    {
        for (var i = 0; i < count; i++)
            yield return market.Next();
    }

    private async Task<Throughput> Throughput(
        BenchPlatform platform, BenchMarket market, PipelineWatch watch, CancellationToken cancellation)
    {
        progress.Report($"preloading {options.Events:N0} events ...");
        var bytes = await Preload(platform, Next(market, options.Events), cancellation);
        GC.Collect();

        progress.Report("the ceiling: reading and decoding only ...");
        var ceilingCpu = Cpu();
        var ceiling = await Ceiling(platform, _appended, cancellation);
        ceilingCpu = (Cpu() - ceilingCpu) * options.Events / _appended;
        GC.Collect();

        progress.Report("pumps, grains, checkpoints ...");
        using var storage = new StorageListener();
        var cpu = Cpu();
        var paused = GC.GetTotalPauseDuration();
        var allocated = GC.GetTotalAllocatedBytes();
        var start = Stopwatch.GetTimestamp();
        await platform.Pipeline.StartAsync(cancellation);
        await watch.AppliedTo(_appended, cancellation);
        var applied = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await watch.StoppedDurable(2 * options.Partitions, cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var cpuSeconds = (Cpu() - cpu).TotalSeconds;
        watch.MustHaveApplied(_appended);
        var (rows, written) = storage.Written;
        progress.Report($"{options.Events / seconds:N0} events/s of at most {_appended / ceiling.TotalSeconds:N0}");
        paused = GC.GetTotalPauseDuration() - paused;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        await platform.Pipeline.StartAsync(cancellation);
        return new Throughput(
            EventsPerSecond: options.Events / seconds,
            Ceiling: _appended / ceiling.TotalSeconds,
            MegabytesPerSecond: bytes / seconds / 1e6,
            AppliedSeconds: applied,
            DurableSeconds: seconds,
            CpuSeconds: cpuSeconds,
            PauseSeconds: paused.TotalSeconds,
            AllocatedPerEvent: allocated / (double)options.Events,
            CeilingCpuSeconds: ceilingCpu.TotalSeconds,
            BytesPerGrain: rows == 0 ? 0 : written / (double)rows,
            FlushMegabytesPerSecond: written / seconds / 1e6);
    }

    private static TimeSpan Cpu() => Process.GetCurrentProcess().TotalProcessorTime;

    private static async Task<TimeSpan> Ceiling(BenchPlatform platform, long records, CancellationToken cancellation)
    {
        using var reader = new CeilingReader(
            platform.Log, platform.Grains, new ThreadPoolPumpSchedulers(TimeProvider.System), platform.Pump);
        return await reader.Run("streamforge-bench-ceiling", records, cancellation);
    }

    /// <summary>The highest rate of the path that latency is measured on: generator, log, grains and readers on the same cores.</summary>
    private async Task<double> LiveMaximum(
        LatencyRun run, BenchMarket market, PipelineWatch watch, CancellationToken cancellation)
    {
        progress.Report("the highest rate with generator and readers ...");
        var events = market.Take(LiveEvents, raw: false);
        var before = watch.Applied;
        GC.Collect();
        var rate = await run.Maximum(events, () => watch.Applied - before, cancellation);
        _appended += events.Length;
        watch.MustHaveApplied(_appended);
        progress.Report($"{rate:N0} events/s");
        return rate;
    }

    private async Task<Latency> Visible(
        LatencyRun run, BenchMarket market, double rate, bool raw, CancellationToken cancellation)
    {
        progress.Report($"visible in the API at {rate:N0} events/s{(raw ? ", from raw frames" : "")} ...");
        var events = market.Take((int)(rate * options.Seconds), raw);
        _appended += events.Length;
        GC.Collect();
        return await run.Run(events, rate, raw, cancellation);
    }

    /// <summary>Stops the pumps while events go on, starts them again, and compares their rate to the events' until they are level.</summary>
    private async Task<(double Times, double LiveRate)> CatchUp(
        BenchPlatform platform, BenchMarket market, PipelineWatch watch, double rate, CancellationToken cancellation)
    {
        progress.Report($"catching up with {rate:N0} events/s ...");
        var events = market.Take((int)(rate * (PauseSeconds + options.Seconds)), raw: false);
        GC.Collect();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var before = watch.Applied;
        await platform.Pipeline.StopAsync(cancellation);
        await using var loop = new OpenLoop(platform.Log, events, rate, raw: false, options.Partitions);
        var sending = loop.Run(enough.Token);
        await Task.Delay(TimeSpan.FromSeconds(PauseSeconds), cancellation);

        var start = Stopwatch.GetTimestamp();
        await platform.Pipeline.StartAsync(cancellation);
        // Level: not further behind than what comes in 20 ms.
        while (watch.Applied - before < loop.Sent - (rate * 0.02))
            await Task.Delay(1, cancellation);
        var drained = (watch.Applied - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await enough.CancelAsync();
        await sending;
        _appended += loop.Sent;
        await watch.AppliedTo(_appended, cancellation);
        return (drained / rate, rate);
    }

    /// <returns>Bytes of the records.</returns>
    private async Task<long> Preload(BenchPlatform platform, IEnumerable<BenchEvent> events, CancellationToken cancellation)
    {
        const int atOnce = 10_000;
        await using var producer = platform.Log.CreateProducer();
        var appends = new List<Task<AppendedAt>>(atOnce);
        var bytes = 0L;
        foreach (var chunk in events.Chunk(atOnce))
        {
            foreach (var item in chunk)
            {
                bytes += item.Bytes;
                appends.Add(producer.Append(item.Record, cancellation));
            }

            await Task.WhenAll(appends);
            _appended += chunk.Length;
            appends.Clear();
        }

        return bytes;
    }
}

/// <summary>The figures of a run at full speed.</summary>
internal sealed record Throughput(
    double EventsPerSecond,
    double Ceiling,
    double MegabytesPerSecond,
    double AppliedSeconds,
    double DurableSeconds,
    double CpuSeconds,
    double PauseSeconds,
    double AllocatedPerEvent,
    double CeilingCpuSeconds,
    double BytesPerGrain,
    double FlushMegabytesPerSecond);
