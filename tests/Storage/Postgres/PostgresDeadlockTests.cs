using Npgsql;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Postgres;

namespace StreamForge.Tests.Storage.Postgres;

/// <summary>Somebody locks rows of a batch in another order than the store does.</summary>
public sealed class PostgresDeadlockTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_batch_that_the_server_ends_for_a_deadlock_is_written_again()
    {
        await using var fixture = await PostgresFixture.Create();
        await using var database = await fixture.Open(new PostgresOptions { WriteConnections = 1 });
        await using var store = new PostgresStateStore(database);
        foreach (var id in new[] { "a", "b", "gate" })
            Assert.True((await Write(store, id, null, "0")).Written);
        await using var source = NpgsqlDataSource.Create(fixture.ConnectionString);

        // The server ends whichever side finds the circle first, a second after it began to wait: nearly always the store.
        var storeLost = false;
        for (var round = 0; round < 5 && !storeLost; round++)
        {
            await using var gate = await source.OpenConnectionAsync();
            await using var closed = await gate.BeginTransactionAsync();
            await Lock(gate, "gate");
            await using var rival = await source.OpenConnectionAsync();
            await using var transaction = await rival.BeginTransactionAsync();
            await Lock(rival, "b");

            // While the gate's row holds the only connection up, the other two gather: they make up one batch.
            var (before, after) = ($"{round}", $"{round + 1}");
            var held = Write(store, "gate", before, after);
            await WaitsFor(fixture, gate);
            Task<WriteOutcome>[] writes = [Write(store, "b", before, after), Write(store, "a", before, after)];
            await closed.RollbackAsync();
            await WaitsFor(fixture, rival);
            try
            {
                await Lock(rival, "a");
                storeLost = true;
                await transaction.CommitAsync();
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.DeadlockDetected)
            {
                await transaction.RollbackAsync();
            }

            Assert.True((await held.WaitAsync(Deadline)).Written);
            foreach (var outcome in await Task.WhenAll(writes).WaitAsync(Deadline))
                Assert.True(outcome.Written);
            foreach (var id in new[] { "a", "b" })
                Assert.Equal(after, await store.CurrentETag("book", id, CancellationToken.None));
        }

        Assert.True(storeLost, "the store was never the one that the server ended");
    }

    private static Task<WriteOutcome> Write(PostgresStateStore store, string id, string? expected, string etag) => store.Write(
        new StateWrite
        {
            Key = new StateKey("book", id), SchemaVersion = 1, Payload = new byte[] { 1 }, ExpectedETag = expected, ETag = etag,
        },
        CancellationToken.None).AsTask();

    private static async Task Lock(NpgsqlConnection connection, string id)
    {
        await using var command = new NpgsqlCommand("select 1 from streamforge.state where id = $1 for update", connection)
        {
            Parameters = { new() { Value = id } },
        };
        await command.ExecuteNonQueryAsync();
    }

    private static Task WaitsFor(PostgresFixture fixture, NpgsqlConnection connection) => Eventually.HoldsAsync(
        async () => await fixture.Scalar<long>(
            $"select count(*) from pg_stat_activity where {connection.ProcessID} = any(pg_blocking_pids(pid))") > 0,
        Deadline, "the store waits for a row");
}
