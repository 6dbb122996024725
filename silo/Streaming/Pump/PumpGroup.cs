using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// A consumer group of this process: one pump for every partition that the log assigns. Ends a pump properly when its
/// partition goes to somebody else; joins again when the membership itself has ended.
/// </summary>
internal sealed class PumpGroup : IAssignmentHandler, IAsyncDisposable
{
    private readonly PumpServices _services;
    private readonly Func<IAssignedPartition, PartitionPump> _create;
    private readonly Action<PartitionPump> _started;
    private readonly Action<PartitionPump> _ended;
    private readonly Dictionary<TopicPartition, Running> _running = [];
    private readonly Dictionary<TopicPartition, PartitionPump> _lost = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cut = new();
    private LastingMembership? _membership;
    private bool _left;

    public PumpGroup(
        PumpServices services,
        Func<IAssignedPartition, PartitionPump> create,
        Action<PartitionPump> started,
        Action<PartitionPump> ended)
    {
        _services = services;
        _create = create;
        _started = started;
        _ended = ended;
    }

    public string Name => _services.Group;

    public PumpCounters Counters => _services.Counters;

    /// <summary>The pumps that run now, in order of topic and partition.</summary>
    public IReadOnlyList<PartitionPump> Pumps
    {
        get
        {
            lock (_gate)
                return [.. _running.Values.Select(running => running.Pump)
                    .OrderBy(pump => pump.Partition.Topic, StringComparer.Ordinal).ThenBy(pump => pump.Partition.Partition)];
        }
    }

    /// <summary>
    /// The pumps that run now, and those whose partition was lost and not shared anew since: why each does not go on, none where it
    /// does. In order of topic and partition. Any thread.
    /// </summary>
    public IReadOnlyList<PumpStanding> Standings
    {
        get
        {
            lock (_gate)
                return [.. _running.Values.Select(running => new PumpStanding(running.Pump, running.Pump.StallReason))
                    .Concat(_lost.Values.Select(pump => new PumpStanding(pump, WhyLost)))
                    .OrderBy(at => at.Pump.Partition.Topic, StringComparer.Ordinal).ThenBy(at => at.Pump.Partition.Partition)];
        }
    }

    private string WhyLost => _membership?.Trouble ?? $"Lost to group {Name}; it is not shared anew yet.";

    /// <summary>Joins; should the membership end by itself, joins again until the group is left.</summary>
    /// <exception cref="EventLogException">The first joining failed.</exception>
    public async Task Join(IReadOnlyList<TopicSpec> topics, CancellationToken cancellation)
    {
        var membership = new LastingMembership(_services, topics, this);
        await membership.Join(cancellation);
        _membership = membership;
    }

    /// <summary>Runs something on a pump's own turn: operators' actions.</summary>
    public Task<T> On<T>(PartitionPump pump, Func<Task<T>> act)
    {
        TaskScheduler scheduler;
        lock (_gate)
            scheduler = _running[pump.Partition].Scheduler;
        return Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();
    }

    /// <inheritdoc/>
    public ValueTask Assigned(IReadOnlyList<IAssignedPartition> partitions, CancellationToken cancellation)
    {
        // Shared anew: what is not among these is another member's, or comes later.
        lock (_gate)
            _lost.Clear();
        foreach (var partition in partitions)
            Start(partition, instead: null);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask Revoked(IReadOnlyList<TopicPartition> partitions, CancellationToken deadline)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline, _cut.Token);
        await Task.WhenAll(Take(partitions).Select(pump => End(pump, pump.Stop(either.Token))));
    }

    /// <inheritdoc/>
    public async ValueTask Lost(IReadOnlyList<TopicPartition> partitions)
    {
        var gone = Take(partitions);
        lock (_gate)
            foreach (var pump in gone)
                _lost[pump.Partition] = pump;
        foreach (var pump in gone)
            pump.Abort();
        await Task.WhenAll(gone.Select(pump => End(pump, pump.Completion)));
    }

    /// <summary>Leaves the group, after draining and committing; from <paramref name="deadline"/> on without either.</summary>
    /// <returns>Whether every pump was left to have its last checkpoint.</returns>
    public async Task<bool> Leave(CancellationToken deadline)
    {
        if (_membership is null || _left)
            return !_cut.IsCancellationRequested;
        await using (deadline.Register(_cut.Cancel))
            await _membership.DisposeAsync();
        // Nothing is revoked any more: nobody asks for its token.
        _left = true;
        _cut.Dispose();
        return !_cut.IsCancellationRequested;
    }

    /// <summary>Leaves the group, after draining and committing.</summary>
    public async ValueTask DisposeAsync()
    {
        await Leave(CancellationToken.None);
        _cut.Dispose();
    }

    /// <param name="instead">The pump that it follows; not started where that one is not the partition's any more.</param>
    private void Start(IAssignedPartition partition, PartitionPump? instead)
    {
        var running = new Running(_create(partition), _services.Schedulers.Create());
        lock (_gate)
        {
            if (instead is not null && !(_running.TryGetValue(partition.Partition, out var known) && known.Pump == instead))
            {
                running.Pump.Dispose();
                return;
            }
            _running[partition.Partition] = running;
            // With the gate held: who takes it away from now on ends a pump that runs.
            _started(running.Pump);
            running.Pump.Start(running.Scheduler);
        }
        _ = Follow(partition, running.Pump);
        if (instead is null)
            return;
        _ended(instead);
        instead.Dispose();
    }

    /// <summary>
    /// Takes a partition over again that is ours by the log, and was taken over by somebody who is not: one who was away when it was taken
    /// from him, and does not know yet. Until he does, it may come to that more than once; what both do is fenced and idempotent.
    /// </summary>
    private async Task Follow(IAssignedPartition partition, PartitionPump pump)
    {
        await pump.Completion;
        if (!pump.IsFenced)
            return;
        await Task.Delay(_services.Options.BackoffMax, _services.Time);
        Start(partition, instead: pump);
    }

    private List<PartitionPump> Take(IReadOnlyList<TopicPartition> partitions)
    {
        var pumps = new List<PartitionPump>();
        lock (_gate)
            foreach (var partition in partitions)
                if (_running.Remove(partition, out var running))
                    pumps.Add(running.Pump);
        return pumps;
    }

    private async Task End(PartitionPump pump, Task ended)
    {
        await ended;
        _ended(pump);
        pump.Dispose();
    }

    private sealed record Running(PartitionPump Pump, TaskScheduler Scheduler);
}

/// <param name="StallReason">Why its records do not go on for now; none while they do.</param>
internal readonly record struct PumpStanding(PartitionPump Pump, string? StallReason);
