using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Streaming.Paths;

/// <summary>All paths of one process, each a row of consumer groups. Starts after the engine, stops before it.</summary>
internal sealed class Pipeline : IHostedService, IAsyncDisposable
{
    private readonly IEventLog _log;
    private readonly IPartitionStore _partitions;
    private readonly FeedBoard _board;
    private readonly IPumpSchedulers _schedulers;
    private readonly PipelineOptions _options;
    private readonly PumpOptions _pumpOptions;
    private readonly TimeProvider _time;
    private readonly ILogger<Pipeline> _logger;
    private readonly PauseBoard? _pauses;
    private readonly IReadOnlyList<PathGroup> _planned;
    private readonly Dictionary<string, PumpCounters> _counters = new(StringComparer.Ordinal);
    private IReadOnlyList<PumpGroup> _groups = [];
    private IEventProducer? _producer;
    private DeadLetterWriter? _deadLetters;
    private bool _stopping;

    public Pipeline(
        IEventLog log,
        IPartitionStore partitions,
        FeedBoard board,
        IPumpSchedulers schedulers,
        IEnumerable<IPath> paths,
        IOptions<PipelineOptions> options,
        IOptions<PumpOptions> pumpOptions,
        TimeProvider time,
        ILogger<Pipeline> logger,
        PauseBoard? pauses = null)
    {
        (_log, _partitions, _board, _schedulers) = (log, partitions, board, schedulers);
        (_options, _pumpOptions, _time, _logger, _pauses) = (options.Value, pumpOptions.Value, time, logger, pauses);
        _planned = [.. paths.SelectMany(path => path.Groups)];
        foreach (var group in _planned)
            _counters.Add(group.Name, new PumpCounters());
        Expected =
        [
            .. from @group in _planned
               from topic in @group.Topics
               from partition in Enumerable.Range(0, topic.Partitions)
               select (@group.Name, new TopicPartition(topic.Name, partition)),
        ];
    }

    /// <summary>Every partition that the silos together should read, with the group that reads it.</summary>
    public IReadOnlyList<(string Group, TopicPartition Place)> Expected { get; }

    /// <summary>All groups, in the order of their paths; empty before the start.</summary>
    public IReadOnlyList<PumpGroup> Groups => _groups;

    /// <summary>What became of the records that grains are fed with.</summary>
    public EventTotals Fed => TotalsOf(feedsGrains: true);

    /// <summary>What became of the records that others are derived from.</summary>
    public EventTotals Derived => TotalsOf(feedsGrains: false);

    /// <summary>All groups have been left: every pump has had its last checkpoint.</summary>
    public bool Stopped { get; private set; }

    public long DeadLetters => _deadLetters?.Written ?? 0;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // It may start again after a stop.
        _stopping = Stopped = false;
        foreach (var group in _planned)
            foreach (var topic in group.Topics)
                await _log.EnsureTopic(topic, cancellationToken);
        await _log.EnsureTopic(_options.DeadLetters, cancellationToken);
        _producer = _log.CreateProducer();
        _deadLetters = new DeadLetterWriter(_producer, _time);
        _groups = [.. _planned.Select(GroupOf)];

        // Who is fed by others listens before they speak.
        for (var i = _groups.Count - 1; i >= 0; i--)
            await _groups[i].Join(_planned[i].Topics, cancellationToken);
    }

    /// <summary>
    /// Leaves all groups; drains and checkpoints until <paramref name="cancellationToken"/> cuts that short. Who asks again does
    /// not wait: the end is under way.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopping, true))
            return;
        // Those who derive first: what they still derive is drained by those behind them.
        var well = true;
        foreach (var deriving in new[] { true, false })
        {
            var left = await Task.WhenAll(
                _groups.Where((_, i) => _planned[i].FeedsGrains != deriving).Select(group => group.Leave(cancellationToken)));
            well &= left.All(drained => drained);
        }

        Stopped = well;
    }

    public async ValueTask DisposeAsync()
    {
        if (_producer is not null)
            await _producer.DisposeAsync();
    }

    private EventTotals TotalsOf(bool feedsGrains) => _planned
        .Where(group => group.FeedsGrains == feedsGrains)
        .Select(group => _counters[group.Name].Totals)
        .Aggregate(new EventTotals(), (sum, one) => sum + one);

    private PumpGroup GroupOf(PathGroup planned)
    {
        var services = new PumpServices
        {
            Group = planned.Name,
            Owner = _options.Owner,
            EventLog = _log,
            Producer = _producer!,
            Partitions = _partitions,
            DeadLetters = _deadLetters!,
            Counters = _counters[planned.Name],
            Commits = new CommitWatch(planned.Name, _logger),
            Pauses = _pauses,
            Options = _pumpOptions,
            Schedulers = _schedulers,
            Time = _time,
            Logger = _logger,
        };
        return new PumpGroup(
            services,
            partition => planned.Create(partition, services),
            started: pump =>
            {
                if (pump is GrainPump feeding)
                    _board.SignIn(feeding);
            },
            ended: pump =>
            {
                if (pump is GrainPump feeding)
                    _board.SignOut(feeding);
            });
    }
}
