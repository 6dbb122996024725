using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using StreamForge.ClientApi;
using StreamForge.ClientApi.Instruments;
using StreamForge.Embedded.Nodes;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Governor;
using StreamForge.Grains.Market;
using StreamForge.Grains.State;
using StreamForge.Hosting;
using StreamForge.Silo;
using StreamForge.Silo.Engine;
using StreamForge.Silo.Integrity;
using StreamForge.Silo.Operations;
using StreamForge.Silo.Operations.DeadLetters;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;
using StreamForge.Silo.Telemetry;
using StreamForge.Simulation.Market;
using StreamForge.Sources.Connectors;
using StreamForge.Sources.Connectors.Binance;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Simulation.World;

/// <summary>One process of the platform: a node with pumps, grains, client API, and perhaps the connector.</summary>
internal sealed class NodeHost
{
    private static readonly EngineOptions Engine = new()
    {
        ResponseTimeout = TimeSpan.FromSeconds(2),
        CollectionAge = TimeSpan.FromSeconds(15),
        ActivationTimeout = TimeSpan.FromSeconds(5),
        DeactivationTimeout = TimeSpan.FromSeconds(3),
    };

    // Clocks that a time server keeps differ by much less.
    private static readonly TimeSpan StartSkew = TimeSpan.FromSeconds(0.5);

    private readonly PlatformWorld _world;

    public NodeHost(PlatformWorld world, string name, int seed, bool isStrict)
    {
        (_world, IsStrict) = (world, isStrict);
        var chance = new Random(seed + 2);
        Machine = new SkewedClock(world.Simulated.Time) { Skew = StartSkew * ((chance.NextDouble() * 2) - 1) };
        Clock = new SteadyClock(Machine);
        Log = new BrokerClient(world.Broker, world.Simulated.Time, world.Tap);
        Ids = new SeededIds(name, seed);
        ConnectorIds = new ConnectorIds(new Random(seed + 1));
        Sink = new LogSink(Log, world.Plan.Partitions);
        var options = new ConnectorOptions { Venue = "binance", Symbols = [.. world.Venue.Instruments.Select(i => i.Symbol)] };
        Gateway = new BinanceGateway(
            new BinanceProtocol(options, BinanceMarket.Spot), options, Sink, world.Rest, Clock, ConnectorIds);
        Node = world.Simulated.AddNode(name, Engine, [typeof(IStoredState).Assembly, typeof(SiloServices).Assembly], services => Compose(services, name));
        Pipeline = Services.GetRequiredService<Pipeline>();
        Reader = ActivatorUtilities.CreateInstance<InstrumentReader>(Services);
    }

    public EmbeddedNode Node { get; }

    public string Name => Node.Name;

    /// <summary>The clock of its machine, which may jump.</summary>
    public SkewedClock Machine { get; }

    /// <summary>Its own, made of that.</summary>
    public TimeProvider Clock { get; }

    public SeededIds Ids { get; }

    public ConnectorIds ConnectorIds { get; }

    public BrokerClient Log { get; }

    public LogSink Sink { get; }

    public ISourceGateway Gateway { get; }

    public Pipeline Pipeline { get; }

    public InstrumentReader Reader { get; }

    public FeedBoard Board => Services.GetRequiredService<FeedBoard>();

    public SourcePermits Permits => Services.GetRequiredService<SourcePermits>();

    public bool IsAlive { get; private set; } = true;

    public bool IsPaused { get; private set; }

    /// <summary>Whether it is configured with a rule that no trade keeps: all of them become dead letters.</summary>
    public bool IsStrict { get; }

    /// <summary>Calls grains, as a client of the platform does.</summary>
    public IGrainFactory Grains => (IClusterClient)Node;

    public IServiceProvider Services => ((IClusterClient)Node).ServiceProvider;

    private IEnumerable<IHostedService> Beside => Services.GetServices<IHostedService>().Where(s => s is PauseWatch or DeadLetterIndexer);

    public void Start() => _ = Node.Run(StartPipeline);

    /// <summary>Dies at once; the others hear of it when its sessions run out.</summary>
    public void Crash()
    {
        IsAlive = false;
        Node.Crash();
    }

    /// <summary>Ends in order, as in a rolling restart.</summary>
    public Task Stop() => Node.Run(async () =>
    {
        IsAlive = false;
        try
        {
            await Pipeline.StopAsync(CancellationToken.None);
            foreach (var service in Beside.Reverse())
                await service.StopAsync(CancellationToken.None);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), _world.Simulated.Time);
            await Node.Stop(patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or EventLogException or StateStoreException)
        {
            // What did not end in order ends like this.
        }

        Node.Crash();
    });

    public void Pause()
    {
        IsPaused = true;
        Node.Pause();
    }

    public void Resume()
    {
        IsPaused = false;
        Node.Resume();
    }

    private async Task StartPipeline()
    {
        await Start(Pipeline);
        foreach (var service in Beside)
            await Start(service);
    }

    /// <summary>Starts until it succeeds, as a supervisor restarts a process.</summary>
    private async Task Start(IHostedService service)
    {
        while (true)
        {
            try
            {
                await service.StartAsync(CancellationToken.None);
                return;
            }
            catch (Exception e) when (e is EventLogException or OperationCanceledException or IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), _world.Simulated.Time);
            }
        }
    }

    private void Compose(IServiceCollection services, string name)
    {
        var world = _world;
        RemoteStates States(RowsOf rows) => new(world.States, rows, name, world.Simulated, world.Weather, world.Reach, world);
        services.AddSingleton(Clock);
        services.AddSingleton(world.Reach);
        services.AddSingleton(world.Story);
        services.AddSingleton(typeof(ILogger<>), typeof(EventCounter<>));
        services.AddSingleton<IEventLog>(Log);
        services.AddSingleton<IStateStore>(States(RowsOf.Grains));
        services.AddSingleton<IPartitionStore>(
            new WatchedPartitions(new FilePartitionStore(States(RowsOf.Partitions), Clock, Ids), world));
        services.AddSingleton<IIdSource>(Ids);
        // A node of the simulation ends by crashing; nobody asks it to.
        services.AddSingleton<IHostApplicationLifetime>(
            new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance));
        services.AddSingleton<IRepairGateway>(new VenueGateway(Gateway));
        services.AddSingleton<IPumpSchedulers, NodePumpSchedulers>();
        services.AddKeyedSingleton<IGrainStorage>(GrainEngine.CheckpointStorage, (provider, _) => new CheckpointGrainStorage(
            provider.GetRequiredService<IStateStore>(), new CheckpointStorageOptions { Attempts = 2 }, Clock, Ids, provider.GetRequiredService<ILogger<CheckpointGrainStorage>>()));
        services.AddSingleton<IPlatformPeers>(new SimulatedPeers(world, name));
        services.AddOperations(OperationStores.OnFiles(States(RowsOf.Partitions), Clock, Ids));
        services.AddMarketSilo();
        services.AddSingleton<IFeedStandings>(new ClusterStandings(
            () => world.Heard.Select(n => n.Board), world.Plan.Partitions, world.Ailments));
        services.AddOptions<ClientApiOptions>();
        services.Configure<PipelineOptions>(o => (o.Owner, o.Partitions) = (name, world.Plan.Partitions));
        services.Configure<PumpOptions>(o =>
        {
            o.WindowBytes = PlatformWorld.WindowBytes;
            o.ReadBytes = 16 << 10;
            o.CheckpointMax = TimeSpan.FromSeconds(3);
            o.BackoffMax = TimeSpan.FromSeconds(1);
        });
        services.AddSingleton<Microsoft.Extensions.Options.IOptions<MarketOptions>>(
            Microsoft.Extensions.Options.Options.Create(IsStrict ? world.MarketOptions with { TradeAhead = -world.MarketOptions.TradeAhead } : world.MarketOptions));
        services.ConfigureAll<GovernorOptions>(PlatformWorld.Limit);
    }
}
