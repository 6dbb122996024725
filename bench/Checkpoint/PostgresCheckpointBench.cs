using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StreamForge.Development;
using StreamForge.Grains.State;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;

namespace StreamForge.Bench.Checkpoint;

/// <summary>What to measure.</summary>
public sealed record CheckpointBenchOptions
{
    /// <summary>Of a server that may be written to (schema <c>streamforge</c>); null starts a private one, <c>fsync</c> on.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Sizes of a state, bytes. Default: 1 KB and 50 KB.</summary>
    public IReadOnlyList<int> PayloadBytes { get; init; } = [1_024, 50 * 1_024];

    /// <summary>How long each side is measured, in all.</summary>
    public double Seconds { get; init; } = 8;

    /// <summary>Connections that write batches. Default: the store's own.</summary>
    public int WriteConnections { get; init; } = new PostgresOptions().WriteConnections;

    /// <summary>Connections of the one-row side.</summary>
    public int Connections { get; init; } = 16;

    /// <summary>Grains that are written over and over: as many as make up this many bytes, from 500 to 10,000.</summary>
    public int WorkingSetBytes { get; init; } = 32 * 1_024 * 1_024;

    /// <summary>The two sides take turns this often, so that a change of the machine's load meets both.</summary>
    public int Turns { get; init; } = 4;
}

/// <summary>
/// The same states, the same condition on the ETag, each commit flushed to disk: once as one-row transactions on 16 connections, once by
/// the state store's batches. Two forms: <c>whole</c>, both sides send the same bytes, which cannot be compressed; <c>patch</c>, as the
/// platform does it, large states as patches of the version before, while the one-row side sends them whole. A write changes 1,000 bytes
/// in ten places. Measured is what lasts: the table has statistics, both sides have warmed up, and a private server writes over old
/// segments of its log, as one does that has run for a while.
/// </summary>
/// <remarks>
/// Two bounds are measured in the same turns: <c>copy_rows_per_s</c>, whole states by plain COPY, see <see cref="CopiedRows"/>; and
/// <c>disk_bound_rows_per_s</c>, what the disk's synced writes would allow by the bytes of log that a batched row takes.
/// </remarks>
public static class PostgresCheckpointBench
{
    private const int OldSegments = 192;

    // The store patches no smaller states.
    private const int PatchedFrom = 4_096;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BoundTurn = TimeSpan.FromSeconds(0.5);

    /// <returns>A line a payload size and form: rows/s of both, their ratio, and what bounds them.</returns>
    public static async Task<IReadOnlyList<Figures>> RunAsync(
        CheckpointBenchOptions options, IProgress<string> progress, CancellationToken cancellation)
    {
        using var cluster = options.ConnectionString is null ? StartServer(progress) : null;
        var settings = new PostgresOptions
        {
            ConnectionString = options.ConnectionString ?? cluster!.ConnectionString + ";Database=postgres",
            WriteConnections = options.WriteConnections,
        };
        if (cluster is not null)
            await AgeLog(settings.ConnectionString, progress);
        var figures = new List<Figures>();
        foreach (var size in options.PayloadBytes)
        {
            figures.Add(await Measure(options, settings with { PatchMemoryBytes = 0 }, size, progress, cancellation));
            if (size >= PatchedFrom)
                figures.Add(await Measure(options, settings, size, progress, cancellation));
        }

        return figures;
    }

    private static PostgresCluster StartServer(IProgress<string> progress)
    {
        progress.Report("starting a private PostgreSQL");
        var programs = PostgresCluster.FindPrograms()
            ?? throw new InvalidOperationException("PostgreSQL is not installed: name a server with --postgres CONNECTION.");
        return PostgresCluster.Create(
            programs, "max_wal_size=8GB", "min_wal_size=8GB", "shared_buffers=512MB", "checkpoint_timeout=30min");
    }

    /// <summary>Goes through so many segments of the log, 16 MiB each, and lets the server keep them to write over.</summary>
    private static async Task AgeLog(string connectionString, IProgress<string> progress)
    {
        progress.Report("making a log to write over");
        await using var source = NpgsqlDataSource.Create(connectionString);
        for (var i = 0; i < OldSegments; i++)
            await Execute(source, "select pg_logical_emit_message(false, 'bench', ''); select pg_switch_wal()");
        await Execute(source, "checkpoint");
    }

    private static async Task<Figures> Measure(
        CheckpointBenchOptions options, PostgresOptions settings, int size, IProgress<string> progress, CancellationToken cancellation)
    {
        await using var database = await PostgresDatabase.Open(
            settings, TimeProvider.System, NullLogger<PostgresDatabase>.Instance, cancellation);
        await using var store = new PostgresStateStore(database);
        await using var source = NpgsqlDataSource.Create(settings.ConnectionString + $";Maximum Pool Size={options.Connections + 4}");
        var durable = await Setting(source, "fsync") == "on" && await Setting(source, "synchronous_commit") == "on";

        var rows = Math.Clamp(options.WorkingSetBytes / size, 500, 10_000);
        var form = settings.PatchMemoryBytes == 0 ? "whole" : "patch";
        progress.Report($"{size} bytes, {form}: writing {rows} rows, warming up");
        await Clear(source);
        // Each side has rows of its own, as nobody else writes a grain's state.
        var (singles, grains) = (Grains("one-row", rows, size), Grains("batched", rows, size));
        foreach (var side in new[] { singles, grains })
            await Task.WhenAll(side.Select(g => g.Write(store, cancellation)));
        await Execute(source, "analyze streamforge.state");
        await new Rate(source).Measure(WarmUp, stop => OneRow(source, singles, options.Connections, stop));
        await new Rate(source).Measure(WarmUp, stop => Batched(store, grains, stop));

        var (oneRow, batched, copied, disk) = (new Rate(source), new Rate(source), new Rate(source), 0d);
        var turn = TimeSpan.FromSeconds(options.Seconds / options.Turns);
        for (var i = 1; i <= options.Turns; i++)
        {
            progress.Report($"{size} bytes, {form}: turn {i} of {options.Turns}, one-row transactions on {options.Connections} connections");
            await oneRow.Measure(turn, stop => OneRow(source, singles, options.Connections, stop));
            progress.Report($"{size} bytes, {form}: turn {i} of {options.Turns}, batches");
            await batched.Measure(turn, stop => Batched(store, grains, stop));
            await Execute(source, CopiedRows.Create);
            await copied.Measure(BoundTurn, stop => CopiedRows.Write(source, settings, grains, stop));
            await Execute(source, CopiedRows.Drop);
            disk += SyncedWrites.Measure(BoundTurn) / options.Turns;
        }

        await Clear(source);
        return new Figures("postgres-checkpoint",
        [
            ("payload_bytes", size), ("form", form), ("connections", options.Connections), ("fsync", durable),
            ("one_row_rows_per_s", oneRow.PerSecond), ("batched_rows_per_s", batched.PerSecond),
            ("ratio", batched.PerSecond / oneRow.PerSecond),
            ("one_row_wal_bytes", oneRow.LogBytes), ("batched_wal_bytes", batched.LogBytes), ("copy_rows_per_s", copied.PerSecond),
            ("disk_mb_per_s", disk / 1e6), ("disk_bound_rows_per_s", disk / batched.LogBytes),
        ]);
    }

    private static Grain[] Grains(string side, int rows, int size)
    {
        var random = new Random(42);
        return [.. Enumerable.Range(0, rows).Select(i =>
        {
            var payload = new byte[size];
            random.NextBytes(payload);
            return new Grain($"bench-{side}-{size}", $"binance:COIN{i:00000}", payload, i);
        })];
    }

    /// <summary>Each connection has its share of the grains and writes one after the other, each in a transaction of its own.</summary>
    private static async Task<long> OneRow(NpgsqlDataSource source, Grain[] grains, int connections, CancellationToken stop)
    {
        var counts = await Task.WhenAll(Enumerable.Range(0, connections).Select(c => Task.Run(async () =>
        {
            await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
            var share = grains.Where((_, i) => i % connections == c).ToArray();
            await using var writer = await OneRowWriter.Prepare(connection);
            var rows = 0L;
            while (!stop.IsCancellationRequested)
            {
                await writer.Write(share[rows % share.Length]);
                rows++;
            }

            return rows;
        })));
        return counts.Sum();
    }

    /// <summary>Every grain writes again as soon as its last write is durable: as at a checkpoint, all at once.</summary>
    private static async Task<long> Batched(PostgresStateStore store, Grain[] grains, CancellationToken stop)
    {
        var counts = await Task.WhenAll(grains.Select(async grain =>
        {
            var rows = 0L;
            while (!stop.IsCancellationRequested)
            {
                await grain.Write(store, CancellationToken.None);
                rows++;
            }

            return rows;
        }));
        return counts.Sum();
    }

    private static async Task<string> Setting(NpgsqlDataSource source, string name)
    {
        await using var command = source.CreateCommand($"show {name}");
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static Task Clear(NpgsqlDataSource source) =>
        Execute(
            source,
            """
            delete from streamforge.state where kind like 'bench-%';
            delete from streamforge.state_patch where kind like 'bench-%';
            checkpoint;
            """);

    private static async Task Execute(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<decimal> LogPosition(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("select pg_current_wal_lsn() - '0/0'::pg_lsn");
        return (decimal)(await command.ExecuteScalarAsync())!;
    }

    private sealed class Rate(NpgsqlDataSource source)
    {
        private decimal _logged;
        private long _rows;
        private TimeSpan _time;

        /// <summary>Bytes of the server's log a row.</summary>
        public double LogBytes => (double)_logged / _rows;

        public double PerSecond => _rows / _time.TotalSeconds;

        /// <summary>The time counts to the end of the last write.</summary>
        public async Task Measure(TimeSpan turn, Func<CancellationToken, Task<long>> run)
        {
            var before = await LogPosition(source);
            using var stop = new CancellationTokenSource(turn);
            var watch = Stopwatch.StartNew();
            _rows += await run(stop.Token);
            _time += watch.Elapsed;
            _logged += await LogPosition(source) - before;
        }
    }
}
