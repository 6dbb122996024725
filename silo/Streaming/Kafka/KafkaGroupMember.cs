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
    private readonly IReadOnlyList<string> _topics;
    private readonly string _lead;
    private readonly KafkaOptions _options;
    private readonly ILogger _logger;
    private readonly Ck.IConsumer<byte[]?, byte[]?> _consumer;
    private readonly KafkaFetcher _fetcher;
    private readonly KafkaOffsets _offsets;
    private readonly KafkaAssignments _assignments;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Exception? _failure;
    private volatile bool _leaving;
    private bool _changed;
    private int _disposed;

    public KafkaGroupMember(
        string group, IReadOnlyList<string> topics, IAssignmentHandler handler, KafkaTopics known, KafkaOptions options,
        TimeProvider time, ILogger logger)
    {
        _group = group;
        _topics = topics;
        _lead = topics.Order(StringComparer.Ordinal).First();
        _options = options;
        _logger = logger;
        _consumer = new Ck.ConsumerBuilder<byte[]?, byte[]?>(KafkaSettings.Membership(options, group))
            .SetErrorHandler((_, error) => logger.ClientError("member", error.Code.ToString(), error.Reason))
            .SetLogHandler(static (_, _) => { })
            .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => Revoked(partitions))
            .SetPartitionsLostHandler((_, partitions) => _assignments!.Lose(Siblings(partitions.Select(static p => p.Partition))))
            .Build();
        _fetcher = new KafkaFetcher(options, logger);
        _offsets = new KafkaOffsets(group, _consumer, options, time, logger);
        _assignments = new KafkaAssignments(
            group, handler, known, _offsets, _fetcher, options, time, logger, error => _failure ??= error);
        Blocking.Start("kafka-member", Run);
    }

    public Task Completion => _completion.Task;

    public async ValueTask DisposeAsync()
    {
        _leaving = true;
        await _left.Task;
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _assignments.Settled();
        await _offsets.DisposeAsync();
        await _fetcher.DisposeAsync();
        await Blocking.Call(() => { _consumer.Dispose(); return true; });
        _completion.TrySetResult();
    }

    private void Run()
    {
        try
        {
            _consumer.Subscribe(_lead);
            while (!_leaving && _failure is null)
                Poll();
            // Revokes what we have, by the callback, and leaves the group.
            _consumer.Close();
        }
        catch (Ck.KafkaException error)
        {
            _failure ??= new EventLogException($"Membership in group {_group} ended: {error.Error.Reason}", error);
        }

        if (_failure is { } failure)
        {
            _logger.MembershipEnded(failure, _group);
            _completion.TrySetException(failure);
        }

        _left.SetResult();
    }

    private void Poll()
    {
        try
        {
            _consumer.Consume(PollMilliseconds);
        }
        catch (Ck.ConsumeException error) when (!error.Error.IsFatal && !IsRefusal(error.Error.Code))
        {
            _logger.ClientError("member", error.Error.Code.ToString(), error.Error.Reason);
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
    }

    private List<TopicPartition> Siblings(IEnumerable<Ck.Partition> partitions) =>
        [.. from partition in partitions from topic in _topics select new TopicPartition(topic, partition.Value)];
}
