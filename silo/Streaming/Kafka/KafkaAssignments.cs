using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>
/// What a member owns, and the calls to its handler, one after the other. The poll thread tells what came and went; looking up
/// offsets and acquiring may take as long as storage is down and go on beside polling.
/// </summary>
internal sealed class KafkaAssignments(
    string group, IAssignmentHandler handler, KafkaTopics topics, KafkaOffsets offsets, KafkaFetcher fetcher, KafkaOptions options,
    TimeProvider time, ILogger logger, Action<Exception> fail)
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(500);
    private readonly Lock _lock = new();
    private readonly Dictionary<TopicPartition, Owned> _owned = [];
    private Task _turn = Task.CompletedTask;
    private bool _closed;

    private sealed class Owned(CancellationTokenSource assigning)
    {
        /// <summary>Cancelled when the partition goes while its assignment is still under way.</summary>
        public readonly CancellationTokenSource Assigning = assigning;
        public KafkaAssignedPartition? Partition;
        public bool Told;
    }

    /// <summary>One revocation: what the handler had been told of when its time was up before it was asked.</summary>
    private sealed class Revocation(CancellationToken deadline)
    {
        public readonly CancellationToken Deadline = deadline;
        public List<TopicPartition>? Late;
    }

    /// <summary>These are ours from now on; none: the group was shared anew, and we keep what we have.</summary>
    public void Add(IReadOnlyList<TopicPartition> partitions)
    {
        if (partitions.Count == 0)
        {
            lock (_lock)
                _turn = Next(_turn, () => handler.Assigned([], CancellationToken.None));
            return;
        }

        logger.Assigned(group, string.Join(", ", partitions));
        var assigning = new CancellationTokenSource();
        lock (_lock)
        {
            foreach (var partition in partitions)
                _owned[partition] = new Owned(assigning);
            _turn = Next(_turn, () => Assign(partitions, assigning.Token));
        }
    }

    /// <summary>These are to be given up: the handler has until the deadline to drain, flush and commit.</summary>
    /// <returns>Completes when they may go, at the latest at the deadline.</returns>
    public async Task Revoke(IReadOnlyList<TopicPartition> partitions)
    {
        if (partitions.Count == 0)
            return;
        logger.Revoked(group, string.Join(", ", partitions));
        using var deadline = new CancellationTokenSource(options.RevokeTimeout, time);
        var revocation = new Revocation(deadline.Token);
        Task turn;
        lock (_lock)
        {
            foreach (var partition in partitions)
                _owned.GetValueOrDefault(partition)?.Assigning.Cancel();
            turn = _turn = Next(_turn, () => RevokeTold(partitions, revocation));
        }

        await turn.WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (deadline.IsCancellationRequested)
            logger.RevokeTimedOut(group, string.Join(", ", partitions), options.RevokeTimeout);
        // It waits behind an earlier call of the handler that does not come to its end; the group waits no longer.
        if (!turn.IsCompleted)
            revocation.Late = Remove(partitions);
    }

    /// <summary>These are gone.</summary>
    public void Lose(IReadOnlyList<TopicPartition> partitions)
    {
        logger.Lost(group, string.Join(", ", partitions));
        var told = Remove(partitions);
        lock (_lock)
            _turn = Next(_turn, () => told.Count == 0 ? ValueTask.CompletedTask : handler.Lost(told));
    }

    /// <summary>Nothing is ours.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _owned.Count == 0;
        }
    }

    /// <summary>All that is ours is gone: the membership has ended.</summary>
    public void LoseAll()
    {
        List<TopicPartition> owned;
        lock (_lock)
            owned = [.. _owned.Keys];
        if (owned.Count > 0)
            Lose(owned);
    }

    /// <summary>Waits a bounded time until the handler has been told all; begins no call of it afterwards.</summary>
    public async Task Close()
    {
        Task turn;
        lock (_lock)
            turn = _turn;
        await turn.WaitAsync(options.RevokeTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
            _closed = true;
    }

    private async Task Next(Task turn, Func<ValueTask> call)
    {
        await turn;
        try
        {
            lock (_lock)
                if (_closed)
                    return;
            await call();
        }
        catch (Exception error)
        {
            logger.HandlerFailed(error, group, call.Method.Name);
            fail(error);
        }
    }

    private async ValueTask Assign(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellation)
    {
        try
        {
            await Task.Yield(); // off the poll thread
            var prepared = await Prepare(partitions, cancellation);
            lock (_lock)
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (var partition in prepared)
                    if (_owned.TryGetValue(partition.Partition, out var owned))
                        (owned.Partition, owned.Told) = (partition, true);
            }

            await handler.Assigned(prepared, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            logger.Revoked(group, string.Join(", ", partitions));
        }
    }

    private async ValueTask<List<KafkaAssignedPartition>> Prepare(
        IReadOnlyList<TopicPartition> partitions, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var infos = new Dictionary<string, TopicInfo>(StringComparer.Ordinal);
                foreach (var topic in partitions.Select(static p => p.Topic).Distinct(StringComparer.Ordinal))
                    infos[topic] = await topics.Describe(topic, cancellation);
                var committed = await offsets.Lookup(partitions).WaitAsync(cancellation);
                var bounds = await Task.WhenAll(partitions.Select(p => topics.Bounds(p, cancellation).AsTask()));
                return
                [
                    .. partitions.Select((partition, i) => new KafkaAssignedPartition(
                        infos[partition.Topic], partition, committed[i], bounds[i],
                        new KafkaReader(partition, fetcher, topics, options.PartitionBufferBytes), offsets)),
                ];
            }
            catch (EventLogException error)
            {
                logger.PrepareFailed(error, group, string.Join(", ", partitions));
                await Task.Delay(RetryEvery, time, cancellation);
            }
        }
    }

    private async ValueTask RevokeTold(IReadOnlyList<TopicPartition> partitions, Revocation revocation)
    {
        await Task.Yield();
        if (revocation.Late is { } late)
        {
            if (late.Count > 0)
                await handler.Lost(late);
            return;
        }

        List<TopicPartition> told;
        lock (_lock)
            told = [.. partitions.Where(p => _owned.TryGetValue(p, out var owned) && owned.Told)];
        try
        {
            if (told.Count == 0)
                return;
            var done = handler.Revoked(told, revocation.Deadline).AsTask();
            await done.WaitAsync(revocation.Deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!revocation.Deadline.IsCancellationRequested)
                await done;
        }
        finally
        {
            if (revocation.Late is null)
                Remove(partitions);
        }
    }

    /// <summary>Closes and forgets them.</summary>
    /// <returns>Those that the handler had been told of.</returns>
    private List<TopicPartition> Remove(IReadOnlyList<TopicPartition> partitions)
    {
        var told = new List<TopicPartition>();
        lock (_lock)
        {
            foreach (var partition in partitions)
            {
                if (!_owned.Remove(partition, out var owned))
                    continue;
                owned.Assigning.Cancel();
                owned.Partition?.Close();
                if (owned.Told)
                    told.Add(partition);
            }
        }

        offsets.Forget(partitions);
        return told;
    }
}
