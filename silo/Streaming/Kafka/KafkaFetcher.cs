using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Ck = Confluent.Kafka;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>
/// Fetches partitions into their buffers: one thread, one consumer that belongs to no group. All changes (from where, pause, resume,
/// stop) are done by that thread between two polls, so that nothing fetched before a seek can pass for fetched after it.
/// </summary>
internal sealed class KafkaFetcher : IAsyncDisposable
{
    // How long a change may wait while nothing arrives.
    private const int IdleMilliseconds = 20;
    private const int AskForEndEvery = 64;

    private readonly ILogger _logger;
    private readonly ConcurrentQueue<Action> _changes = new();
    private readonly Dictionary<TopicPartition, Feed> _feeds = [];
    private readonly Ck.IConsumer<byte[]?, byte[]?> _consumer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    public KafkaFetcher(KafkaOptions options, ILogger logger)
    {
        _logger = logger;
        _consumer = new Ck.ConsumerBuilder<byte[]?, byte[]?>(KafkaSettings.Fetcher(options))
            .SetErrorHandler((_, error) => logger.ClientError("fetcher", error.Code.ToString(), error.Reason))
            .SetLogHandler(static (_, _) => { })
            .Build();
        Blocking.Start("kafka-fetch", Run);
    }

    private sealed class Feed(TopicPartition partition, PartitionBuffer buffer, int generation)
    {
        public readonly TopicPartition Partition = partition;
        public readonly PartitionBuffer Buffer = buffer;
        public readonly int Generation = generation;
        public bool Paused;
        public int Fetched;
    }

    /// <summary>Fetches from <paramref name="offset"/> on, wherever the partition was fetched from before.</summary>
    public void Start(TopicPartition partition, long offset, PartitionBuffer buffer, int generation) => _changes.Enqueue(() =>
    {
        if (_feeds.TryGetValue(partition, out var old) && ReferenceEquals(old.Buffer, buffer) && old.Generation > generation)
            return;
        Drop(partition);
        _feeds[partition] = new Feed(partition, buffer, generation);
        _consumer.IncrementalAssign([new Ck.TopicPartitionOffset(partition.ToKafka(), offset)]);
    });

    /// <summary>Goes on with a partition that was paused, unless it was started anew since.</summary>
    public void Resume(TopicPartition partition, int generation) => _changes.Enqueue(() =>
    {
        if (!_feeds.TryGetValue(partition, out var feed) || !feed.Paused || feed.Generation != generation)
            return;
        feed.Paused = false;
        _consumer.Resume([partition.ToKafka()]);
    });

    /// <summary>Fetches it no more, unless another buffer has taken it over.</summary>
    public void Stop(TopicPartition partition, PartitionBuffer buffer) => _changes.Enqueue(() =>
    {
        if (_feeds.TryGetValue(partition, out var feed) && ReferenceEquals(feed.Buffer, buffer))
            Drop(partition);
    });

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _ended.Task;
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                while (_changes.TryDequeue(out var change))
                    change();
                Poll();
            }
        }
        catch (Ck.KafkaException error)
        {
            _logger.ClientError("fetcher", error.Error.Code.ToString(), error.Error.Reason);
            var failure = new EventLogException($"Fetching from Kafka ended: {error.Error.Reason}", error);
            foreach (var feed in _feeds.Values)
                feed.Buffer.Fail(feed.Generation, failure);
        }
        finally
        {
            _consumer.Dispose();
            _ended.SetResult();
        }
    }

    private void Poll()
    {
        try
        {
            if (_consumer.Consume(IdleMilliseconds) is not { } result)
                return;
            var partition = result.TopicPartition.ToOurs();
            if (!_feeds.TryGetValue(partition, out var feed))
                return;
            if (result.IsPartitionEOF)
                feed.Buffer.NoteEnd(feed.Generation, result.Offset.Value, reached: true);
            else
                Add(feed, result);
        }
        catch (Ck.ConsumeException error) when (!error.Error.IsFatal)
        {
            if (error.ConsumerRecord?.TopicPartition is { } about && _feeds.TryGetValue(about.ToOurs(), out var feed))
                feed.Buffer.Fail(feed.Generation, error);
            else
                _logger.ClientError("fetcher", error.Error.Code.ToString(), error.Error.Reason);
        }
    }

    private void Add(Feed feed, Ck.ConsumeResult<byte[]?, byte[]?> result)
    {
        if (feed.Fetched++ % AskForEndEvery == 0 && _consumer.GetWatermarkOffsets(result.TopicPartition).High is { IsSpecial: false } end)
            feed.Buffer.NoteEnd(feed.Generation, end.Value, reached: false);
        if (!feed.Buffer.Add(feed.Generation, result.ToOurs(feed.Partition)) || feed.Paused)
            return;
        feed.Paused = true;
        _consumer.Pause([result.TopicPartition]);
    }

    private void Drop(TopicPartition partition)
    {
        if (!_feeds.Remove(partition, out var feed))
            return;
        // librdkafka remembers a pause beyond the assignment: it would never fetch the partition again.
        if (feed.Paused)
            _consumer.Resume([partition.ToKafka()]);
        _consumer.IncrementalUnassign([partition.ToKafka()]);
    }
}
