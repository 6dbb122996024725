using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Paths;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Operations.DeadLetters;

/// <summary>This process' member of the group that indexes dead letters: each partition has one reader in the cluster.</summary>
internal sealed class DeadLetterIndexer(
    IEventLog log,
    IPartitionStore partitions,
    IDeadLetterIndex index,
    IPumpSchedulers schedulers,
    IOptions<PipelineOptions> options,
    IOptions<PumpOptions> pumpOptions,
    TimeProvider time,
    ILogger<DeadLetterIndexer> logger) : IHostedService, IAsyncDisposable
{
    private readonly PipelineOptions _options = options.Value;
    private IEventProducer? _producer;
    private PumpGroup? _group;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await log.EnsureTopic(_options.DeadLetters, cancellationToken);
        _producer = log.CreateProducer();
        var services = new PumpServices
        {
            Group = _options.DeadLetterGroup,
            Owner = _options.Owner,
            EventLog = log,
            Producer = _producer,
            Partitions = partitions,
            DeadLetters = new DeadLetterWriter(_producer, time),
            Counters = new PumpCounters(),
            Commits = new CommitWatch(_options.DeadLetterGroup, logger),
            Options = pumpOptions.Value,
            Schedulers = schedulers,
            Time = time,
            Logger = logger,
        };
        _group = new PumpGroup(services, partition => new DeadLetterPump(partition, services, index), static _ => { }, static _ => { });
        await _group.Join([_options.DeadLetters], cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_group is not null)
            await _group.Leave(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_producer is not null)
            await _producer.DisposeAsync();
    }
}
