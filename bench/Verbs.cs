using StreamForge.Bench.Checkpoint;

namespace StreamForge.Bench;

/// <summary>The benchmarks by name.</summary>
internal static class Verbs
{
    private static readonly Dictionary<string, (string What, Func<Arguments, Task> Run)> All = new(StringComparer.Ordinal)
    {
        ["postgres"] = ("batched checkpoints beside one-row transactions (--postgres CONNECTION, --seconds N, --writers N)", Postgres),
    };

    public static async Task<int> Run(string[] args)
    {
        if (args.Length == 0 || !All.TryGetValue(args[0], out var verb))
        {
            await Console.Error.WriteLineAsync("Benchmarks (each takes --json for JSON lines):");
            foreach (var (name, (what, _)) in All)
                await Console.Error.WriteLineAsync($"  {name,-10} {what}");
            return 2;
        }

        try
        {
            await verb.Run(new Arguments(args.AsSpan(1)));
            return 0;
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or Silo.Storage.StateStoreException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
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
