using System.Globalization;
using StreamForge.Bench.Api;
using StreamForge.Bench.Checkpoint;
using StreamForge.Bench.Cluster;
using StreamForge.Bench.Ingest;
using StreamForge.Bench.SlowStorage;
using StreamForge.Drills;
using StreamForge.Hosting;
using StreamForge.Standalone.Commands;

namespace StreamForge.Bench;

/// <summary>The benchmarks by name.</summary>
internal static class Verbs
{
    private static readonly Dictionary<string, (string What, Func<Arguments, Task> Run)> All = new(StringComparer.Ordinal)
    {
        ["ingest"] = ("log to grains to checkpoints: rate, ceiling, latency, catch-up (--instruments N, --partitions N, --events N, --seconds N, --seed N, --rate-only, --kafka BOOTSTRAP, --postgres CONNECTION)", Ingest),
        ["api"] = ("one instrument's views over HTTP beside a bare endpoint (--connections N, --seconds N, --rounds N, --rate N, --seed N, --token to send one)", Api),
        ["slow-storage"] = ("reads of active grains while each write of state takes a second more, beside reads without (--connections N, --seconds N, --rounds N, --rate N, --delay SECONDS, --seed N)", SlowStorage),
        ["cluster"] = ("a cluster of real processes: rate by silos, placement, failover, joining, rolling restart (--parts rate,placement,failover,rolling, --silos N, --rate-silos 1,2,3, --runs N, --seconds N, --warm-up SECONDS, --load N, --offered N, --instruments N, --partitions N, --seed N, --kafka BOOTSTRAP)", Cluster),
        ["postgres"] = ("batched checkpoints beside one-row transactions (--postgres CONNECTION, --seconds N, --writers N)", Postgres),
    };

    public static async Task<int> Run(string[] args)
    {
        if (args is ["load", ..])
        {
            await LoadGenerator.Run(new Arguments(args.AsSpan(1)));
            return 0;
        }

        if (args.Length == 0 || !All.TryGetValue(args[0], out var verb))
        {
            await Console.Error.WriteLineAsync("Benchmarks (each takes --json for JSON lines):");
            foreach (var (name, (what, _)) in All)
                await Console.Error.WriteLineAsync($"  {name,-12} {what}");
            return 2;
        }

        try
        {
            await verb.Run(new Arguments(args.AsSpan(1)));
            return 0;
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or StartupException or DrillFailedException or Silo.Storage.StateStoreException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }

    private static async Task Ingest(Arguments arguments)
    {
        var usual = new IngestBenchOptions();
        var options = usual with
        {
            Instruments = (int)arguments.Number("--instruments", usual.Instruments),
            Partitions = (int)arguments.Number("--partitions", usual.Partitions),
            Events = (int)arguments.Number("--events", usual.Events),
            Seconds = arguments.Number("--seconds", usual.Seconds),
            Seed = (int)arguments.Number("--seed", usual.Seed),
            RateOnly = arguments.Flag("--rate-only"),
            Kafka = arguments.Text("--kafka"),
            Postgres = arguments.Text("--postgres"),
        };
        arguments.NothingElse();
        if (options.Seconds < 2)
            throw new FormatException("--seconds takes 2 or more: the first second of a run warms up.");
        var progress = new ConsoleProgress();
        var figures = await new IngestBench(options, progress).RunAsync(CancellationToken.None);
        progress.Clear();
        Report.Write(figures, arguments.Json);
    }

    private static async Task Api(Arguments arguments)
    {
        var usual = new ApiBenchOptions();
        var options = usual with
        {
            Connections = (int)arguments.Number("--connections", usual.Connections),
            Seconds = arguments.Number("--seconds", usual.Seconds),
            Rounds = (int)arguments.Number("--rounds", usual.Rounds),
            Rate = arguments.Number("--rate", usual.Rate),
            Seed = (int)arguments.Number("--seed", usual.Seed),
            SendsToken = arguments.Flag("--token"),
        };
        arguments.NothingElse();
        var progress = new ConsoleProgress();
        var figures = await new ApiBench(options, progress).RunAsync(CancellationToken.None);
        progress.Clear();
        Report.Write(figures, arguments.Json);
    }

    private static async Task SlowStorage(Arguments arguments)
    {
        var usual = new SlowStorageBenchOptions();
        var options = usual with
        {
            Connections = (int)arguments.Number("--connections", usual.Connections),
            Seconds = arguments.Number("--seconds", usual.Seconds),
            Rounds = (int)arguments.Number("--rounds", usual.Rounds),
            Rate = arguments.Number("--rate", usual.Rate),
            Delay = arguments.Number("--delay", usual.Delay),
            Seed = (int)arguments.Number("--seed", usual.Seed),
        };
        arguments.NothingElse();
        var progress = new ConsoleProgress();
        var figures = await new SlowStorageBench(options, progress).RunAsync(CancellationToken.None);
        progress.Clear();
        Report.Write(figures, arguments.Json);
    }

    private static async Task Cluster(Arguments arguments)
    {
        var usual = new ClusterBenchOptions();
        var options = usual with
        {
            Parts = arguments.Text("--parts")?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? usual.Parts,
            Silos = (int)arguments.Number("--silos", usual.Silos),
            RateSilos = arguments.Text("--rate-silos")?.Split(',').Select(static text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray() ?? usual.RateSilos,
            WarmUp = arguments.Number("--warm-up", usual.WarmUp),
            Runs = (int)arguments.Number("--runs", usual.Runs),
            Seconds = arguments.Number("--seconds", usual.Seconds),
            Load = (int)arguments.Number("--load", usual.Load),
            Offered = (int)arguments.Number("--offered", usual.Offered),
            Instruments = (int)arguments.Number("--instruments", usual.Instruments),
            Partitions = (int)arguments.Number("--partitions", usual.Partitions),
            Seed = (int)arguments.Number("--seed", usual.Seed),
            Kafka = arguments.Text("--kafka"),
        };
        arguments.NothingElse();
        if (Silo.Engine.GrainEngine.Name != "orleans")
            throw new InvalidOperationException("A cluster needs the engine orleans; the embedded one never leaves one process.");
        if (options.Parts.Except(ClusterBenchOptions.AllParts).FirstOrDefault() is { } unknown)
            throw new FormatException($"--parts takes {string.Join(", ", ClusterBenchOptions.AllParts)}, not {unknown}.");
        if (options.Silos < 2 || options.Runs < 1 || options.RateSilos.Any(static silos => silos < 1))
            throw new FormatException("--silos takes 2 or more, --runs 1 or more, --rate-silos numbers from 1 on.");
        var progress = new ConsoleProgress();
        var figures = await new ClusterBench(options, progress).RunAsync(CancellationToken.None);
        progress.Clear();
        Report.Write(figures, arguments.Json);
    }

    private static async Task Postgres(Arguments arguments)
    {
        var options = new CheckpointBenchOptions
        {
            ConnectionString = arguments.Text("--postgres"),
            Seconds = arguments.Number("--seconds", 6),
            WriteConnections = (int)arguments.Number("--writers", new Silo.Storage.PostgreSql.PostgresOptions().WriteConnections),
        };
        arguments.NothingElse();
        var progress = new ConsoleProgress();
        var figures = await PostgresCheckpointBench.RunAsync(options, progress, CancellationToken.None);
        progress.Clear();
        Report.Write(figures, arguments.Json);
    }
}
