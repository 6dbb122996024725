using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;
using StreamForge.Hosting;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Kafka;

namespace StreamForge.SiloHost;

/// <summary>The log and the stores that a silo runs on, opened before anything else, closed after everything else.</summary>
internal sealed class SiloStores : IAsyncDisposable
{
    private readonly PostgresDatabase _database;
    private readonly PostgresStateStore _states;
    private readonly KafkaEventLog _log;

    private SiloStores(PostgresDatabase database, KafkaEventLog log)
    {
        _database = database;
        _states = new PostgresStateStore(database);
        _log = log;
        Partitions = new PostgresPartitionStore(database);
        Operations = OperationStores.OnPostgres(database);
    }

    public IEventLog Log => _log;

    public IStateStore States => _states;

    public IPartitionStore Partitions { get; }

    public OperationStores Operations { get; }

    /// <summary>Opens both, and brings both schemas up to date.</summary>
    /// <exception cref="StartupException">One of them cannot be opened: a sentence for the user.</exception>
    public static async Task<SiloStores> Open(
        SiloSettings settings, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        if (!KafkaNative.IsAvailable(out var problem))
            throw new StartupException(problem!);
        try
        {
            var database = await PostgresDatabase.Open(
                settings.Postgres, time, loggers.CreateLogger<PostgresDatabase>(), cancellation);
            try
            {
                await EngineSchema.Ensure(settings.Cluster, loggers.CreateLogger(typeof(EngineSchema)), cancellation);
                return new SiloStores(
                    database, new KafkaEventLog(settings.Kafka.Validated(), time, loggers.CreateLogger<KafkaEventLog>()));
            }
            catch
            {
                await database.DisposeAsync();
                throw;
            }
        }
        catch (Exception error) when (error is StateStoreException or EventLogException or NpgsqlException or SocketException)
        {
            throw new StartupException(error.Message, error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _states.DisposeAsync();
        await _database.DisposeAsync();
    }
}
