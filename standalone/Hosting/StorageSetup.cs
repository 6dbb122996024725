using Microsoft.Extensions.Logging;
using StreamForge.Grains.Integrity;
using StreamForge.Hosting;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Standalone.Commands;

namespace StreamForge.Standalone.Hosting;

/// <summary>The log and the stores that a platform runs on, opened before anything else, closed after everything else.</summary>
internal sealed class StorageSetup : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _opened = [];

    public required IEventLog Log { get; init; }

    public required IStateStore States { get; init; }

    public required IPartitionStore Partitions { get; init; }

    public required OperationStores Operations { get; init; }

    /// <summary>What they are, for the first lines of the output.</summary>
    public required string Description { get; init; }

    /// <param name="seams">What stands before the files of a folder: tests and benchmarks.</param>
    /// <exception cref="StartupException">One of them cannot be opened: a sentence for the user.</exception>
    public static async Task<StorageSetup> Open(
        UpOptions options, PlatformSettings settings, PlatformSeams seams, TimeProvider time, IIdSource ids, ILoggerFactory loggers,
        CancellationToken cancellation)
    {
        var opened = new List<IAsyncDisposable>();
        IFileSystem Folder(string name) => seams.Files(name, Disk(Path.Combine(options.DataFolder, name), opened));
        try
        {
            IEventLog log = options.Kafka is { } bootstrap
                ? OpenKafka(settings.Kafka(bootstrap), time, loggers)
                : await SegmentEventLog.Open(Folder("log"), settings.Log, time, ids, loggers.CreateLogger<SegmentEventLog>());
            opened.Add(log);
            var (states, partitions, operations) = options.Postgres is { } connection
                ? await OpenPostgres(settings.Postgres(connection), opened, time, loggers, cancellation)
                : await OpenStateFiles(Folder, settings, opened, time, ids, loggers);
            var setup = new StorageSetup
            {
                Log = log,
                States = states,
                Partitions = partitions,
                Operations = operations,
                Description = $"log: {(options.Kafka is null ? "files" : "Kafka " + options.Kafka)}, "
                    + $"state: {(options.Postgres is null ? "files" : "PostgreSQL")}",
            };
            setup._opened.AddRange(opened);
            return setup;
        }
        catch (Exception error)
        {
            for (var i = opened.Count - 1; i >= 0; i--)
                await opened[i].DisposeAsync();
            if (error is OperationCanceledException or StartupException)
                throw;
            throw new StartupException(error.Message, error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = _opened.Count - 1; i >= 0; i--)
            await _opened[i].DisposeAsync();
    }

    private static KafkaEventLog OpenKafka(KafkaOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        if (!KafkaNative.IsAvailable(out var problem))
            throw new StartupException($"--kafka: {problem}");
        return new KafkaEventLog(
            options.Validated(), time, loggers.CreateLogger<KafkaEventLog>());
    }

    private static async Task<(IStateStore, IPartitionStore, OperationStores)> OpenStateFiles(
        Func<string, IFileSystem> folder, PlatformSettings settings, List<IAsyncDisposable> opened, TimeProvider time, IIdSource ids,
        ILoggerFactory loggers)
    {
        var states = await FileStateStore.Open(folder("state"), settings.States, time, loggers.CreateLogger<FileStateStore>());
        opened.Add(states);
        var rows = await FileStateStore.Open(folder("partitions"), settings.States, time, loggers.CreateLogger<FileStateStore>());
        opened.Add(rows);
        return (states, new FilePartitionStore(rows, time, ids), OperationStores.OnFiles(rows, time, ids));
    }

    private static async Task<(IStateStore, IPartitionStore, OperationStores)> OpenPostgres(
        PostgresOptions options, List<IAsyncDisposable> opened, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var database = await PostgresDatabase.Open(
            options, time, loggers.CreateLogger<PostgresDatabase>(), cancellation);
        opened.Add(database);
        var states = new PostgresStateStore(database);
        opened.Add(states);
        return (states, new PostgresPartitionStore(database), OperationStores.OnPostgres(database));
    }

    private static DiskFileSystem Disk(string folder, List<IAsyncDisposable> opened)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"--data: the folder {folder} cannot be written: {error.Message}", error);
        }
        var disk = new DiskFileSystem(folder);
        opened.Add(new Closing(disk));
        return disk;
    }

    private sealed class Closing(IDisposable inner) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            inner.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
