// The poll thread of a group member, outside any scheduler of turns: this adapter never runs simulated.
#pragma warning disable RS0030
using Microsoft.Extensions.Logging;
using Ck = Confluent.Kafka;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>
/// Membership in a group. No assignor that librdkafka offers is cooperative and gives siblings to the same member: cooperative-sticky
/// balances all partitions of all topics as one heap, and range stops every member at every change. So the group subscribes, by
/// cooperative-sticky, to one topic only (the first by name), and whoever has its partition 3 has partition 3 of all: fetched by a
/// consumer outside the group, committed under this membership. Two consumers also keep polling free: this one never
/// fetches, so a slow reader cannot cost the membership.
/// </summary>
internal sealed class KafkaGroupMember : IGroupMember
{
    private const int PollMilliseconds = 100;
    private readonly string _group;
    private readonly IReadOnlyList<TopicInfo> _topics;
    private readonly string _lead;
    private readonly KafkaLink _link;
    private readonly KafkaOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Ck.IConsumer<byte[]?, byte[]?> _consumer;
    private readonly KafkaFetcher _fetcher;
    private readonly KafkaOffsets _offsets;
    private readonly KafkaAssignments _assignments;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _polled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _ending;
    private Exception? _failure;
    private volatile bool _leaving;
    private bool _changed;

    public KafkaGroupMember(
        string group, IReadOnlyList<TopicInfo> topics, IAssignmentHandler handler, KafkaTopics known, KafkaOptions options,
        KafkaLink link, TimeProvider time, ILogger logger)
    {
        _group = group;
        _topics = topics;
        _lead = topics.Select(static topic => topic.Name).Order(StringComparer.Ordinal).First();
        _options = options;
        _link = link;
        _time = time;
        _logger = logger;
        _consumer = new Ck.ConsumerBuilder<byte[]?, byte[]?>(KafkaSettings.Membership(options, group))
            .SetErrorHandler((_, error) => link.Failed("member", error))
            .SetLogHandler(static (_, _) => { })
            .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => Revoked(partitions))
            .SetPartitionsLostHandler((_, partitions) => Lost(partitions))
            .Build();
        _fetcher = new KafkaFetcher(options, link);
        _offsets = new KafkaOffsets(group, _consumer, options, link, time, logger);
        _assignments = new KafkaAssignments(
            group, handler, known, _offsets, _fetcher, options, time, logger, Fail);
        Blocking.Start("kafka-member", Run);
        _ending = End(known);
    }

    public Task Completion => _completion.Task;

    private Exception? Failure => Volatile.Read(ref _failure);

    public async ValueTask DisposeAsync()
    {
        _leaving = true;
        await _ending;
    }

    private void Fail(Exception error) => Interlocked.CompareExchange(ref _failure, error, null);

    private void Run()
    {
        try
        {
            _consumer.Subscribe(_options.Names.Topic(_lead));
            while (!_leaving && Failure is null)
            {
                Poll();
                if (_fetcher.Failure is { } failure)
                    Fail(failure);
            }
        }
        catch (Exception error)
        {
            // Whatever it was ends the membership, and the handler is told: nobody may wait for a thread that is gone.
            Fail(new EventLogException($"Membership in group {_group} ended: {error.Message}", error));
        }

        _polled.SetResult();
        // Who failed commits nothing more: what it held is lost.
        if (Failure is not null)
            _assignments.LoseAll();
        if (_assignments.IsEmpty)
            _released.TrySetResult();
        try
        {
            // Revokes what we have, by the callback, and leaves the group.
            _consumer.Close();
        }
        catch (Ck.KafkaException error)
        {
            _link.Failed("member", error.Error);
        }

        _released.TrySetResult();
        _closed.SetResult();
    }

    /// <summary>Sees the membership to its end, in bounded time whatever brokers and the handler do.</summary>
    private async Task End(KafkaTopics known)
    {
        using (var polled = new CancellationTokenSource())
        {
            var watching = Watch(known, polled.Token);
            await _polled.Task;
            polled.Cancel();
            await watching;
        }

        await _released.Task;
        await _assignments.Close();
        // What is left to do may wait for a broker that is away; nobody has to wait with it.
        var leaving = Release();
        await leaving.WaitAsync(_options.CloseTimeout, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!leaving.IsCompleted)
            _logger.LeavingTimedOut(_group, _options.CloseTimeout);
        if (Failure is { } failure)
        {
            _logger.MembershipEnded(failure, _group);
            _completion.SetException(failure);
        }
        else
        {
            _completion.SetResult();
        }
    }

    private async Task Watch(KafkaTopics known, CancellationToken ended)
    {
        if (await KafkaTopicWatch.Watch(_topics, known, _options.TopicCheckInterval, _time, _logger, ended) is { } different)
            Fail(different);
    }

    private async Task Release()
    {
        await _fetcher.DisposeAsync();
        await _closed.Task;
        await _offsets.DisposeAsync();
        await Blocking.Call(() => { _consumer.Dispose(); return true; });
    }

    private void Poll()
    {
        try
        {
            _consumer.Consume(PollMilliseconds);
        }
        catch (Ck.ConsumeException error) when (!error.Error.IsFatal && !IsRefusal(error.Error.Code))
        {
            _link.Failed("member", error.Error);
        }

        if (!_changed)
            return;
        _changed = false;
        // Assigned here only so that the group protocol goes its way: records come by the fetcher.
        _consumer.Pause(_consumer.Assignment);
    }

    private static bool IsRefusal(Ck.ErrorCode code) => code is
        Ck.ErrorCode.GroupAuthorizationFailed or Ck.ErrorCode.TopicAuthorizationFailed or Ck.ErrorCode.InconsistentGroupProtocol
        or Ck.ErrorCode.SaslAuthenticationFailed;

    private List<Ck.TopicPartitionOffset> Assigned(List<Ck.TopicPartition> partitions)
    {
        _changed = true;
        _assignments.Add(Siblings(partitions.Select(static p => p.Partition)));
        return partitions.ConvertAll(static p => new Ck.TopicPartitionOffset(p, Ck.Offset.End));
    }

    private void Revoked(List<Ck.TopicPartitionOffset> partitions)
    {
        // Bounded by the handler's deadline; when this returns, the partitions go to their next owner.
        _assignments.Revoke(Siblings(partitions.Select(static p => p.Partition))).GetAwaiter().GetResult();
        NoteReleased();
    }

    private void Lost(List<Ck.TopicPartitionOffset> partitions)
    {
        _assignments.Lose(Siblings(partitions.Select(static p => p.Partition)));
        NoteReleased();
    }

    /// <summary>While closing: the handler has let go of all.</summary>
    private void NoteReleased()
    {
        if (_polled.Task.IsCompleted && _assignments.IsEmpty)
            _released.TrySetResult();
    }

    private List<TopicPartition> Siblings(IEnumerable<Ck.Partition> partitions) =>
        [.. from partition in partitions from topic in _topics select new TopicPartition(topic.Name, partition.Value)];
}
