using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using StreamForge.Silo.Storage.PostgreSql;

namespace StreamForge.Bench.Checkpoint;

/// <summary>
/// What the server takes of such rows at the most: binary COPY, in batches as large as the store's, into a table of the same shape, each
/// batch flushed; no row is looked for, compared or replaced.
/// </summary>
internal static class CopiedRows
{
    public const string Create = "create table streamforge.bench_copy (like streamforge.state including all)";
    public const string Drop = "drop table streamforge.bench_copy";

    public static async Task<long> Write(NpgsqlDataSource source, PostgresOptions store, Grain[] grains, CancellationToken stop)
    {
        var counts = await Task.WhenAll(Enumerable.Range(0, store.WriteConnections).Select(
            c => Task.Run(() => Write(source, store, grains, $"copy-{c}", stop))));
        return counts.Sum();
    }

    private static async Task<long> Write(
        NpgsqlDataSource source, PostgresOptions store, Grain[] grains, string kind, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
        var batch = Math.Clamp(store.MaxBatchBytes / grains[0].State.Length, 1, store.MaxBatchRows);
        var rows = 0L;
        while (!stop.IsCancellationRequested)
        {
            await using var copy = await connection.BeginBinaryImportAsync(
                """
                copy streamforge.bench_copy (kind, id, etag, schema_version, base, scope, status, sequence, written_at)
                from stdin (format binary)
                """,
                CancellationToken.None);
            for (var i = 0; i < batch; i++, rows++)
            {
                var grain = grains[rows % grains.Length];
                await copy.StartRowAsync(CancellationToken.None);
                await copy.WriteAsync(kind, CancellationToken.None);
                await copy.WriteAsync($"{grain.Key.Id}-{rows}", CancellationToken.None);
                await copy.WriteAsync("v1", CancellationToken.None);
                await copy.WriteAsync(1, CancellationToken.None);
                await copy.WriteAsync(grain.State, CancellationToken.None);
                await copy.WriteAsync("binance", CancellationToken.None);
                await copy.WriteAsync("live", CancellationToken.None);
                await copy.WriteAsync(1L, CancellationToken.None);
                await copy.WriteAsync(DateTime.UnixEpoch, NpgsqlDbType.TimestampTz, CancellationToken.None);
            }

            await copy.CompleteAsync(CancellationToken.None);
        }

        return rows;
    }
}
