using System.Collections.Concurrent;
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

    private readonly KafkaLink _link;
    private readonly ConcurrentQueue<Change> _changes = new();
    private readonly KafkaNames _names;
    // As the client calls partitions: nothing is translated for each record.
    private readonly Dictionary<Ck.TopicPartition, Feed> _feeds = [];
    private readonly Ck.IConsumer<byte[]?, byte[]?> _consumer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;
    private volatile EventLogException? _failure;

    public KafkaFetcher(KafkaOptions options, KafkaLink link)
    {
        _link = link;
        _names = options.Names;
        _consumer = new Ck.ConsumerBuilder<byte[]?, byte[]?>(KafkaSettings.Fetcher(options))
            .SetErrorHandler((_, error) => link.Failed("fetcher", error))
            .SetLogHandler(static (_, _) => { })
            .Build();
        Blocking.Start("kafka-fetch", Run);
    }

    /// <param name="Make">Made between two polls.</param>
    /// <param name="Starts">The buffer that it begins to fill, if it does.</param>
    private readonly record struct Change(Action Make, PartitionBuffer? Starts = null, int Generation = 0);

    private sealed class Feed(TopicPartition partition, PartitionBuffer buffer, int generation)
    {
        public readonly TopicPartition Partition = partition;
        public readonly PartitionBuffer Buffer = buffer;
        public readonly int Generation = generation;
        public bool Paused;
        public int Fetched;
    }

    /// <summary>Why it fetches nothing any more: it was not asked to end.</summary>
    public EventLogException? Failure => _failure;

    /// <summary>Fetches from <paramref name="offset"/> on, wherever the partition was fetched from before.</summary>
    public void Start(TopicPartition partition, long offset, PartitionBuffer buffer, int generation)
    {
        _changes.Enqueue(new Change(() => Begin(partition, offset, buffer, generation), buffer, generation));
        // Whoever comes after the end finds it here; who came before it, by the thread that ends.
        if (_failure is { } failure)
            buffer.Fail(generation, failure);
    }

    private void Begin(TopicPartition partition, long offset, PartitionBuffer buffer, int generation)
    {
        var place = _names.ToKafka(partition);
        if (_feeds.TryGetValue(place, out var old) && ReferenceEquals(old.Buffer, buffer) && old.Generation > generation)
            return;
        Drop(place);
        _feeds[place] = new Feed(partition, buffer, generation);
        _consumer.IncrementalAssign([new Ck.TopicPartitionOffset(place, offset)]);
    }

    /// <summary>Goes on with a partition that was paused, unless it was started anew since.</summary>
    public void Resume(TopicPartition partition, int generation) => _changes.Enqueue(new Change(() =>
    {
        var place = _names.ToKafka(partition);
        if (!_feeds.TryGetValue(place, out var feed) || !feed.Paused || feed.Generation != generation)
            return;
        feed.Paused = false;
        _consumer.Resume([place]);
    }));

    /// <summary>Fetches it no more, unless another buffer has taken it over.</summary>
    public void Stop(TopicPartition partition, PartitionBuffer buffer) => _changes.Enqueue(new Change(() =>
    {
        var place = _names.ToKafka(partition);
        if (_feeds.TryGetValue(place, out var feed) && ReferenceEquals(feed.Buffer, buffer))
            Drop(place);
    }));

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
                // One that fails stays among those that are told.
                while (_changes.TryPeek(out var change))
                {
                    change.Make();
                    _changes.TryDequeue(out _);
                }

                Poll();
            }
        }
        catch (Exception error)
        {
            // Whatever it was: a reader that waits must hear of it.
            _failure = new EventLogException($"Fetching from Kafka ended: {error.Message}", error);
            TellAll(_failure);
        }
        finally
        {
            _consumer.Dispose();
            _ended.SetResult();
        }
    }

    private void TellAll(EventLogException failure)
    {
        foreach (var change in _changes)
            change.Starts?.Fail(change.Generation, failure);
        foreach (var feed in _feeds.Values)
            feed.Buffer.Fail(feed.Generation, failure);
    }

    private void Poll()
    {
        try
        {
            if (_consumer.Consume(IdleMilliseconds) is not { } result)
                return;
            _link.Worked();
            if (!_feeds.TryGetValue(result.TopicPartition, out var feed))
                return;
            if (result.IsPartitionEOF)
                feed.Buffer.NoteEnd(feed.Generation, result.Offset.Value, reached: true);
            else
                Add(feed, result);
        }
        catch (Ck.ConsumeException error) when (!error.Error.IsFatal)
        {
            if (error.ConsumerRecord?.TopicPartition is { } about && _feeds.TryGetValue(about, out var feed))
                feed.Buffer.Fail(feed.Generation, error);
            else
                _link.Failed("fetcher", error.Error);
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

    private void Drop(Ck.TopicPartition place)
    {
        if (!_feeds.Remove(place, out var feed))
            return;
        // librdkafka remembers a pause beyond the assignment: it would never fetch the partition again.
        if (feed.Paused)
            _consumer.Resume([place]);
        _consumer.IncrementalUnassign([place]);
    }
}
