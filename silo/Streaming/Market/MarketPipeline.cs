using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Streaming.Market;

/// <summary>
/// The market path of one process: the parser's group, which derives canonical events from raw frames, and the instruments'
/// group, which feeds them to grains. Starts after the engine, stops before it.
/// </summary>
internal sealed class MarketPipeline(
    IEventLog log,
    IPartitionStore partitions,
    IGrainFactory grains,
    FeedBoard board,
    IPumpSchedulers schedulers,
    IOptions<MarketPipelineOptions> options,
    IOptions<PumpOptions> pumpOptions,
    TimeProvider time,
    ILogger<MarketPipeline> logger,
    PauseBoard? pauses = null) : IHostedService, IAsyncDisposable
{
    private readonly MarketPipelineOptions _options = options.Value;
    private readonly PumpCounters _parserCounters = new();
    private readonly PumpCounters _instrumentCounters = new();
    private IEventProducer? _producer;
    private DeadLetterWriter? _deadLetters;
    private PumpGroup? _parser;
    private PumpGroup? _instruments;
    private bool _stopping;

    /// <summary>Both groups; empty before the start.</summary>
    public IReadOnlyList<PumpGroup> Groups =>
        _parser is { } parser && _instruments is { } instruments ? [parser, instruments] : [];

    public PumpCounters ParserCounters => _parserCounters;

    public PumpCounters InstrumentCounters => _instrumentCounters;

    /// <summary>Both groups have been left: every pump has had its last checkpoint.</summary>
    public bool Stopped { get; private set; }

    public long DeadLetters => _deadLetters?.Written ?? 0;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // It may start again after a stop.
        _stopping = Stopped = false;
        foreach (var topic in new[] { Topics.RawMarket, Topics.MarketDepth, Topics.MarketTrades })
            await log.EnsureTopic(_options.Topic(topic), cancellationToken);
        await log.EnsureTopic(_options.DeadLetters, cancellationToken);
        _producer = log.CreateProducer();
        _deadLetters = new DeadLetterWriter(_producer, time);

        var feeds = new Dictionary<string, MarketFeed>
        {
            [Topics.MarketDepth] = new(Topics.MarketDepth, grains),
            [Topics.MarketTrades] = new(Topics.MarketTrades, grains),
        };
        var instrumentServices = Services(_options.InstrumentGroup, _instrumentCounters);
        _instruments = Group(
            instrumentServices,
            partition => new GrainPump(partition, instrumentServices, feeds[partition.Partition.Topic]));
        var parserServices = Services(_options.ParserGroup, _parserCounters);
        var derivation = new MarketDerivation();
        _parser = Group(parserServices, partition => new DerivationPump(partition, parserServices, derivation));

        await _instruments.Join([_options.Topic(Topics.MarketDepth), _options.Topic(Topics.MarketTrades)], cancellationToken);
        await _parser.Join([_options.Topic(Topics.RawMarket)], cancellationToken);
    }

    /// <summary>
    /// Leaves both groups; drains and checkpoints until <paramref name="cancellationToken"/> cuts that short. Who asks again does
    /// not wait: the end is under way.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopping, true))
            return;
        // The parser first: what it still derives is drained by the instruments' group.
        var parsed = _parser is null || await _parser.Leave(cancellationToken);
        var applied = _instruments is null || await _instruments.Leave(cancellationToken);
        Stopped = parsed && applied;
    }

    public async ValueTask DisposeAsync()
    {
        if (_producer is not null)
            await _producer.DisposeAsync();
    }

    private PumpServices Services(string group, PumpCounters counters) => new()
    {
        Group = group,
        Owner = _options.Owner,
        EventLog = log,
        Producer = _producer!,
        Partitions = partitions,
        DeadLetters = _deadLetters!,
        Counters = counters,
        Commits = new CommitWatch(group, logger),
        Pauses = pauses,
        Options = pumpOptions.Value,
        Schedulers = schedulers,
        Time = time,
        Logger = logger,
    };

    private PumpGroup Group(PumpServices services, Func<IAssignedPartition, PartitionPump> create) => new(
        services,
        create,
        started: pump =>
        {
            if (pump is GrainPump feeding)
                board.SignIn(feeding);
        },
        ended: pump =>
        {
            if (pump is GrainPump feeding)
                board.SignOut(feeding);
        });
}
