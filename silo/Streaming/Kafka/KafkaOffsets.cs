// A thread for the client's blocking calls, outside any scheduler of turns: this adapter never runs simulated.
#pragma warning disable RS0030
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Ck = Confluent.Kafka;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>
/// A member's offsets at the group's coordinator: one thread commits what has come together by one request, and looks up what was
/// committed. A commit carries the member's id and generation, so that the coordinator refuses a zombie's.
/// </summary>
internal sealed class KafkaOffsets : IAsyncDisposable
{
    private readonly string _group;
    private readonly KafkaOptions _options;
    private readonly KafkaNames _names;
    private readonly KafkaLink _link;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Ck.IConsumer<byte[]?, byte[]?> _consumer;
    private readonly BlockingCollection<Order> _requests = [];
    private readonly Dictionary<TopicPartition, long> _committed = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public KafkaOffsets(
        string group, Ck.IConsumer<byte[]?, byte[]?> consumer, KafkaOptions options, KafkaLink link, TimeProvider time, ILogger logger)
    {
        _group = group;
        _consumer = consumer;
        _options = options;
        _names = options.Names;
        _link = link;
        _time = time;
        _logger = logger;
        Blocking.Start("kafka-offsets", Run);
    }

    private abstract record Order;

    private sealed record CommitRequest(TopicPartition Partition, long Offset, TaskCompletionSource Done) : Order;

    private sealed record LookupRequest(
        IReadOnlyList<TopicPartition> Partitions, TaskCompletionSource<IReadOnlyList<long?>> Done) : Order;

    private sealed record ForgetRequest(IReadOnlyList<TopicPartition> Partitions) : Order;

    /// <exception cref="EventLogException">Refused, or the outcome is unknown.</exception>
    public async Task Commit(TopicPartition partition, long offset, CancellationToken cancellation)
    {
        // The client would wait for the coordinator for as long as it is away, and its caller with it.
        if (_link.IsAway)
            throw new EventLogException($"No broker answers: offset {offset} of {partition} is not committed.");
        try
        {
            var answer = Hand(partition, offset);
            await Task.WhenAny(answer, _link.Gone).WaitAsync(_options.RequestTimeout, _time, cancellation);
            if (!answer.IsCompleted)
                throw new EventLogException($"Whether offset {offset} of {partition} is committed is unknown: no broker answers any more.");
            await answer;
        }
        catch (TimeoutException late)
        {
            throw new EventLogException($"Whether offset {offset} of {partition} is committed is unknown: no answer.", late);
        }
    }

    private Task Hand(TopicPartition partition, long offset)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!TryAdd(new CommitRequest(partition, offset, done)))
            done.SetException(new EventLogException($"The member has left: offset {offset} of {partition} is not committed."));
        return done.Task;
    }

    /// <summary>What the group committed for each; null where it never did.</summary>
    /// <exception cref="EventLogException">The coordinator does not answer.</exception>
    public Task<IReadOnlyList<long?>> Lookup(IReadOnlyList<TopicPartition> partitions)
    {
        var done = new TaskCompletionSource<IReadOnlyList<long?>>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!TryAdd(new LookupRequest(partitions, done)))
            done.SetException(new EventLogException("The member has left the group."));
        return done.Task;
    }

    /// <summary>These are no longer ours: not to be committed again.</summary>
    public void Forget(IReadOnlyList<TopicPartition> partitions) => TryAdd(new ForgetRequest(partitions));

    public async ValueTask DisposeAsync()
    {
        _requests.CompleteAdding();
        await _ended.Task;
        _requests.Dispose();
    }

    private bool TryAdd(Order request)
    {
        try
        {
            return _requests.TryAdd(request);
        }
        catch (InvalidOperationException)
        {
            return false; // completed: the member has left
        }
    }

    private void Run()
    {
        var commits = new List<CommitRequest>();
        var recommitted = _time.GetTimestamp();
        while (!_requests.IsCompleted)
        {
            var wait = _options.RecommitInterval - _time.GetElapsedTime(recommitted);
            if (!_requests.TryTake(out var request, wait > TimeSpan.Zero ? wait : TimeSpan.Zero))
            {
                if (_time.GetElapsedTime(recommitted) < _options.RecommitInterval)
                    continue;
                Recommit();
                recommitted = _time.GetTimestamp();
                continue;
            }

            do
            {
                if (request is CommitRequest commit)
                {
                    commits.Add(commit);
                    continue;
                }

                Carry(commits);
                Carry(request);
            }
            while (_requests.TryTake(out request));
            Carry(commits);
        }

        _ended.SetResult();
    }

    private void Carry(Order request)
    {
        if (request is LookupRequest lookup)
            Carry(lookup);
        else if (request is ForgetRequest forget)
            foreach (var partition in forget.Partitions)
                _committed.Remove(partition);
    }

    private void Carry(LookupRequest lookup)
    {
        try
        {
            var found = _consumer.Committed(lookup.Partitions.Select(_names.ToKafka), _options.RequestTimeout);
            _link.Worked();
            var offsets = new long?[lookup.Partitions.Count];
            for (var i = 0; i < offsets.Length; i++)
            {
                var partition = lookup.Partitions[i];
                var offset = found.Find(f => _names.ToOurs(f.TopicPartition) == partition)?.Offset ?? Ck.Offset.Unset;
                if (offset.IsSpecial)
                    continue;
                offsets[i] = offset.Value;
                _committed[partition] = offset.Value;
            }

            lookup.Done.SetResult(offsets);
        }
        catch (Ck.KafkaException error)
        {
            lookup.Done.SetException(new EventLogException($"Group {_group} does not tell its offsets: {error.Error.Reason}", error));
        }
    }

    /// <summary>One request for all; of one partition the last one counts.</summary>
    private void Carry(List<CommitRequest> commits)
    {
        if (commits.Count == 0)
            return;
        var latest = new Dictionary<TopicPartition, long>(commits.Count);
        foreach (var commit in commits)
            latest[commit.Partition] = commit.Offset;
        var errors = Commit(latest);
        foreach (var commit in commits)
        {
            if (errors.GetValueOrDefault(commit.Partition) is not { } error)
                commit.Done.SetResult();
            else
                commit.Done.SetException(new EventLogException(
                    $"Group {_group}: offset {commit.Offset} of {commit.Partition} is not committed: {error.Reason}"));
        }

        commits.Clear();
    }

    private void Recommit()
    {
        if (_committed.Count == 0)
            return;
        foreach (var error in Commit(new Dictionary<TopicPartition, long>(_committed)).Values)
        {
            _logger.RecommitFailed(new Ck.KafkaException(error), _group);
            return;
        }
    }

    private Dictionary<TopicPartition, Ck.Error> Commit(Dictionary<TopicPartition, long> offsets)
    {
        var errors = new Dictionary<TopicPartition, Ck.Error>();
        try
        {
            _consumer.Commit(offsets.Select(o => new Ck.TopicPartitionOffset(_names.ToKafka(o.Key), o.Value)));
            _link.Worked();
        }
        catch (Ck.TopicPartitionOffsetException error)
        {
            foreach (var result in error.Results)
                if (result.Error.IsError)
                    errors[_names.ToOurs(result.TopicPartition)] = result.Error;
        }
        catch (Ck.KafkaException error)
        {
            foreach (var partition in offsets.Keys)
                errors[partition] = error.Error;
        }

        foreach (var (partition, offset) in offsets)
            if (!errors.ContainsKey(partition))
                _committed[partition] = offset;
        return errors;
    }
}
