using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StreamForge.Development;
using StreamForge.Silo.Storage.PostgreSql;

namespace StreamForge.Tests.Support.Postgres;

/// <summary>
/// A database of its own on one server a test run: the one that the environment variable <c>POSTGRES</c> names (a connection string
/// that may create databases), or else a private one. Skips the test where there is neither.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private static readonly Lock Gate = new();
    private static PostgresCluster? s_cluster;
    private readonly string _server;
    private readonly string _database = "t" + Guid.NewGuid().ToString("N");

    private PostgresFixture(string server) => _server = server;

    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server) { Database = _database }.ConnectionString;

    public static async Task<PostgresFixture> Create()
    {
        var server = Environment.GetEnvironmentVariable("POSTGRES") is { Length: > 0 } named ? named : Private();
        var fixture = new PostgresFixture(server);
        await fixture.Administer($"create database {fixture._database}");
        return fixture;
    }

    public Task<PostgresDatabase> Open(PostgresOptions? options = null) => PostgresDatabase.Open(
        (options ?? new PostgresOptions()) with { ConnectionString = ConnectionString }, TimeProvider.System,
        NullLogger<PostgresDatabase>.Instance, CancellationToken.None);

    public async Task<T> Scalar<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync() => await Administer($"drop database {_database} with (force)");

    private static string Private()
    {
        var programs = PostgresCluster.FindPrograms();
        Assert.SkipWhen(
            programs is null, "PostgreSQL is not installed (initdb, pg_ctl), and POSTGRES names no server: tests on it are skipped.");
        lock (Gate)
        {
            if (s_cluster is null)
            {
                s_cluster = PostgresCluster.Create(programs!, "max_connections=200");
                AppDomain.CurrentDomain.ProcessExit += static (_, _) => s_cluster.Dispose();
            }

            return s_cluster.ConnectionString;
        }
    }

    private async Task Administer(string sql)
    {
        await using var source = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(_server) { Database = "postgres", Pooling = false });
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
