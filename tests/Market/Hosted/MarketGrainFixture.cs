using System.Collections.Concurrent;
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
using StreamForge.Tests.Market.Instruments;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Market.Hosted;

/// <summary>The grains of the market on the engine that the tests are built for, with the state store of files.</summary>
public sealed class MarketGrainFixture : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly DiskFileSystem _files;
    private IHost? _host;

    public MarketGrainFixture() => _files = new DiskFileSystem(_folder.Path);

    public FileStateStore Store { get; private set; } = null!;

    public IGrainFactory Grains => _host!.Services.GetRequiredService<IGrainFactory>();

    /// <summary>What the grains asked of sources; tests answer.</summary>
    internal FakeSource Source { get; } = new();

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

/// <summary>The outside of the grains: a source that notes what it is asked, feeds that stand well, counters.</summary>
internal sealed class FakeSource : IRepairPort, IFeedStandings, IIntegrityMeter
{
    public ConcurrentQueue<RepairRequest> Requests { get; } = [];

    public ConcurrentQueue<string> Metered { get; } = [];

    /// <summary>Entities whose source is down.</summary>
    public ConcurrentDictionary<string, bool> Down { get; } = [];

    public Task<RepairOutcome> Request(RepairRequest request, CancellationToken cancellation)
    {
        Requests.Enqueue(request);
        return Task.FromResult(new RepairOutcome(true));
    }

    /// <summary>What pumps say that they have delivered, by topic and key.</summary>
    public ConcurrentDictionary<(string Topic, string Key), FeedDelivery> Delivered { get; } = [];

    public FeedStanding Of(string topic, int? partition, string key, string source) =>
        new(TimeProvider.System.GetUtcNow(), !Down.ContainsKey(key), false, false, null,
            Delivered: Delivered.TryGetValue((topic, key), out var delivered) ? delivered : null);

    /// <summary>How the feeds of stored rows stand, by topic and key, where they do not stand well.</summary>
    public ConcurrentDictionary<(string Topic, string Key), FeedStanding> Stored { get; } = [];

    public FeedStanding OfStored(string topic, string key, string source) =>
        Stored.TryGetValue((topic, key), out var standing) ? standing : Of(topic, null, key, source);

    public void GapOpened(string entity, string stream) => Metered.Enqueue($"opened {entity} {stream}");

    public void GapClosed(string entity, string stream, TimeSpan open) => Metered.Enqueue($"closed {entity} {stream}");

    /// <summary>Open gaps of active grains, by entity and stream.</summary>
    public ConcurrentDictionary<(string Entity, string Stream), DateTimeOffset> Standing { get; } = [];

    public void GapStands(string entity, string stream, DateTimeOffset? since)
    {
        if (since is { } opened)
            Standing[(entity, stream)] = opened;
        else
            Standing.TryRemove((entity, stream), out _);
    }

    public void RepairRequested(string entity, RepairKind kind) => Metered.Enqueue($"requested {entity} {kind}");

    public void RepairFailed(string entity, RepairKind kind) => Metered.Enqueue($"failed {entity} {kind}");
}
