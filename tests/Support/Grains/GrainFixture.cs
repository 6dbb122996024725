using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.State;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;

namespace StreamForge.Tests.Support.Grains;

/// <summary>Grains on the engine that the tests are built for, with the state store of files.</summary>
public sealed class GrainFixture : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly DiskFileSystem _files;
    private IHost? _host;

    public GrainFixture() => _files = new DiskFileSystem(_folder.Path);

    public FileStateStore Store { get; private set; } = null!;

    public IGrainFactory Grains => _host!.Services.GetRequiredService<IGrainFactory>();

    /// <summary>What the grains asked of sources; tests answer.</summary>
    public FakeSource Source { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Store = await FileStateStore.Open(_files, new FileStateStoreOptions(), TimeProvider.System, NullLogger.Instance);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IIdSource>(new UniqueIds());
        builder.Services.AddSingleton<IStateDirectory>(Store);
        builder.Services.AddSingleton<IFeedStandings>(Source);
        builder.Services.AddSingleton<IRepairPort>(Source);
        builder.Services.AddSingleton<IIntegrityMeter>(Source);
        builder.AddGrainEngine(new GrainEngineOptions(), services => new CheckpointGrainStorage(
            Store,
            new CheckpointStorageOptions(),
            TimeProvider.System,
            services.GetRequiredService<IIdSource>(),
            NullLogger<CheckpointGrainStorage>.Instance));
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
        await Store.DisposeAsync();
        _files.Dispose();
        _folder.Dispose();
    }

    private sealed class UniqueIds : IIdSource
    {
        private readonly SeededIds _seeded = new();

        public string NewId()
        {
            lock (_seeded)
                return _seeded.NewId();
        }

        public double NextDouble()
        {
            lock (_seeded)
                return _seeded.NextDouble();
        }
    }
}
