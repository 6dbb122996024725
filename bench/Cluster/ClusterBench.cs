using System.Diagnostics;
using System.Globalization;
using StreamForge.Drills;
using StreamForge.Drills.Checking;
using StreamForge.Drills.Rigs;
using StreamForge.Drills.Watching;

namespace StreamForge.Bench.Cluster;

/// <summary>
/// A cluster of real processes on this machine: rate by the number of silos, ingest that crosses silos, times of failover and joining,
/// and a rolling restart. All processes, the exchange, brokers and the database among them, share the machine's cores.
/// </summary>
internal sealed class ClusterBench(ClusterBenchOptions options, IProgress<string> progress)
{
    internal static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public async Task<IReadOnlyList<Figures>> RunAsync(CancellationToken cancellation)
    {
        progress.Report($"about {options.Estimate.TotalMinutes:0} min; all processes share {Environment.ProcessorCount} cores");
        var figures = new List<Figures>();
        if (options.Parts.Contains("rate"))
            foreach (var silos in options.RateSilos)
                figures.Add(await new RateMeasurement(options, progress).Of(await Start(new Setup(silos, options.Offered, Held: true), cancellation), cancellation));
        if (options.Parts.Contains("placement"))
        {
            figures.Add(await Placement(home: true, cancellation));
            figures.Add(await Placement(home: false, cancellation));
        }
        if (options.Parts.Contains("failover"))
            figures.AddRange(await Failovers(cancellation));
        if (options.Parts.Contains("rolling"))
            figures.Add(await Rolling(cancellation));
        return figures;
    }

    /// <summary>Steady load, and then a silo is killed: how many of the ingest calls come from another silo.</summary>
    private async Task<Figures> Placement(bool home, CancellationToken cancellation)
    {
        var word = home ? "on" : "off";
        progress.Report($"placement {word}: starting");
        await using var rig = await Start(new Setup(options.Silos, options.Load, Home: home), cancellation);
        progress.Report($"placement {word}: measuring for {options.Seconds} s");
        var first = await IngestPlaces.Read(rig);
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds), cancellation);
        var steady = await IngestPlaces.Read(rig) - first;
        await rig.Processes.Silos[^1].Kill();
        var killed = await IngestPlaces.Read(rig);
        await rig.AllLive(Deadline, cancellation);
        var moving = await IngestPlaces.Read(rig) - killed;
        var settled = await IngestPlaces.Read(rig);
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds), cancellation);
        var after = await IngestPlaces.Read(rig) - settled;
        return new Figures("cluster.placement", [
            ("home_placement", word), ("silos", options.Silos), ("brokers", options.Brokers), ("calls", steady.Here + steady.Elsewhere),
            ("elsewhere_share", steady.ShareElsewhere), ("elsewhere_share_while_moving", moving.ShareElsewhere),
            ("elsewhere_share_after", after.ShareElsewhere)]);
    }

    /// <summary>Kills a silo, waits until all is live, starts it again, and so on, each silo in its turn.</summary>
    private async Task<IReadOnlyList<Figures>> Failovers(CancellationToken cancellation)
    {
        progress.Report("failover: starting");
        await using var rig = await Start(new Setup(options.Silos, options.Load), cancellation);
        var (all, reads, ingest, joins) = (new List<Figures>(), new List<double>(), new List<double>(), new List<double>());
        for (var run = 1; run <= options.Runs; run++)
        {
            var silo = 1 + run % options.Silos;
            var failover = await Failover.Watch(rig, rig.Processes.Silos[silo - 1].Kill, Deadline);
            await rig.AllLive(Deadline, cancellation);
            var joined = await rig.Joins(processes => processes.RestartSilo(silo), Deadline);
            await rig.AllLive(Deadline, cancellation);
            reads.Add(failover.Answered.Max().TotalSeconds);
            ingest.Add(failover.Resumed.Max().TotalSeconds);
            joins.Add(joined.TotalSeconds);
            all.Add(new Figures("cluster.failover.run", [
                ("run", run), ("brokers", options.Brokers), ("reads_s", reads[^1]), ("ingest_s", ingest[^1]), ("join_s", joins[^1])]));
            progress.Report(string.Create(
                CultureInfo.InvariantCulture,
                $"failover {run} of {options.Runs}: reads {reads[^1]:0.0} s, ingest {ingest[^1]:0.0} s, joined {joins[^1]:0.0} s"));
        }
        await new MarketCheck(rig.Exchange, rig.Api).Equal(Deadline, cancellation);
        return [.. all, Distribution("cluster.failover.reads", reads), Distribution("cluster.failover.ingest", ingest), Distribution("cluster.join", joins)];
    }

    private async Task<Figures> Rolling(CancellationToken cancellation)
    {
        progress.Report("rolling restart: starting");
        await using var rig = await Start(new Setup(options.Silos, options.Load), cancellation);
        await using var reader = new SteadyReader(rig.Api.BaseAddress!, rig.Symbols);
        var began = Stopwatch.GetTimestamp();
        for (var silo = 1; silo <= options.Silos; silo++)
        {
            progress.Report($"rolling restart: silo {silo} of {options.Silos}");
            await rig.Terminate(silo);
            await rig.Joins(processes => processes.RestartSilo(silo), Deadline);
            await rig.AllLive(Deadline, cancellation);
        }
        var took = Stopwatch.GetElapsedTime(began);
        await new MarketCheck(rig.Exchange, rig.Api).Equal(Deadline, cancellation);
        await reader.End();
        if (reader.Failures.Concat(reader.StepsBack).FirstOrDefault() is { } fault)
            throw new DrillFailedException($"A rolling restart was noticed: {fault}");
        return new Figures("cluster.rolling", [
            ("silos", options.Silos), ("brokers", options.Brokers), ("took_s", took.TotalSeconds), ("requests", reader.Requests),
            ("asked_again", reader.AskedAgain), ("failed", reader.Failures.Count), ("longest_s", reader.Longest.TotalSeconds)]);
    }

    private Figures Distribution(string name, List<double> seconds)
    {
        seconds.Sort();
        return new Figures(name, [
            ("runs", seconds.Count), ("silos", options.Silos), ("brokers", options.Brokers), ("p50_s", At(seconds, 0.5)), ("p90_s", At(seconds, 0.9)), ("max_s", seconds[^1])]);
    }

    /// <summary>The smallest value that so large a part of all is not above.</summary>
    private static double At(List<double> sorted, double part) => sorted[(int)Math.Ceiling(sorted.Count * part) - 1];

    private sealed record Setup(int Silos, int Rate, bool Home = true, bool Held = false);

    private Task<ClusterRig> Start(Setup setup, CancellationToken cancellation) => ClusterRig.Start(
        new ClusterRigOptions
        {
            Silos = setup.Silos,
            Partitions = options.Partitions,
            Instruments = options.Instruments,
            Rate = setup.Rate,
            Seed = options.Seed,
            Kafka = options.Kafka,
            Held = setup.Held,
            Folder = Directory.CreateTempSubdirectory("streamforge-bench-").FullName,
            RemovesFolder = true,
            Settings = new Dictionary<string, string> { ["StreamForge__Cluster__HomePlacement"] = setup.Home ? "true" : "false" },
        },
        cancellation);
}
