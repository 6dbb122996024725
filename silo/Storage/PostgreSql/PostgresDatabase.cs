using Microsoft.Extensions.Logging;
using Npgsql;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>The database that the stores share: its connections, its schema, and what its errors mean.</summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private PostgresDatabase(PostgresOptions options, TimeProvider time, ILogger logger, NpgsqlDataSource source)
    {
        Options = options;
        Time = time;
        Logger = logger;
        Source = source;
    }

    internal PostgresOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal NpgsqlDataSource Source { get; }

    /// <summary>Connects, and creates the schema or brings it up to date. Safe with several processes at once.</summary>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">Options out of range.</exception>
    /// <exception cref="StateStoreException">The database cannot be reached, or its schema is newer than this program.</exception>
    public static async Task<PostgresDatabase> Open(
        PostgresOptions options, TimeProvider time, ILogger<PostgresDatabase> logger, CancellationToken cancellation)
    {
        options = options.Validated();
        NpgsqlDataSource source;
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString)
            {
                CommandTimeout = (int)options.CommandTimeout.TotalSeconds,
                MaxAutoPrepare = 32,
                AutoPrepareMinUsages = 2,
                IncludeErrorDetail = true,
            };
            settings.ApplicationName ??= "streamforge";
            source = NpgsqlDataSource.Create(settings);
        }
        catch (ArgumentException error)
        {
            throw new StateStoreException("The PostgreSQL connection string cannot be read: " + error.Message, error);
        }

        var database = new PostgresDatabase(options, time, logger, source);
        try
        {
            await database.Run(PostgresSchema.Ensure, cancellation);
            return database;
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    /// <summary>Runs work on a connection of the pool; the connection's errors become unknown outcomes.</summary>
    internal async Task Run(Func<NpgsqlConnection, PostgresDatabase, CancellationToken, Task> work, CancellationToken cancellation) =>
        await Run<object?>(
            async (connection, token) =>
            {
                await work(connection, this, token);
                return null;
            },
            cancellation);

    internal async ValueTask<T> Run<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await Source.OpenConnectionAsync(cancellation);
            return await work(connection, cancellation);
        }
        catch (Exception error) when (IsOutcomeUnknown(error))
        {
            throw Unknown(error);
        }
    }

    internal static bool IsOutcomeUnknown(Exception error) =>
        error is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException or ObjectDisposedException;

    internal static StateStoreException Unknown(Exception error) => new("PostgreSQL: " + error.Message, error);
}
