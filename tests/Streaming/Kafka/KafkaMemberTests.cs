using System.Collections.Concurrent;
using StreamForge.Development;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Kafka;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Kafka;
using StreamForge.Tests.Support.Streaming;

namespace StreamForge.Tests.Streaming.Kafka;

/// <summary>Group members while things happen to them.</summary>
public sealed class KafkaMemberTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private KafkaBroker _broker = null!;
    private KafkaEventLog _log = null!;
    private TopicInfo _topic = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = new KafkaBroker();
        // Small buffers: the tests fill them.
        _log = _broker.Open(_broker.Options with { PartitionBufferBytes = 512 * 1024 });
        _topic = await _log.EnsureTopic(
            new TopicSpec("member-" + _broker.Suffix, MockCluster.DefaultPartitions), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_log is not null)
            await _log.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Members_that_come_and_go_in_mid_batch_hand_over_every_record_exactly_once()
    {
        const int each = 200;
        var appended = each;
        await Append(each, 100);
        var seen = new ConcurrentDictionary<(int Partition, long Offset), int>();
        var first = new Reader(seen);
        await using var one = await _log.Join("moving-" + _broker.Suffix, [_topic.Name], first, CancellationToken.None);
        await Eventually.Holds(() => seen.Count > 200, Deadline, "the first member reads");

        var second = new Reader(seen);
        var two = await _log.Join("moving-" + _broker.Suffix, [_topic.Name], second, CancellationToken.None);
        await Eventually.HoldsAsync(() => More(second.Read > 500), Deadline, "the second member reads");
        await two.DisposeAsync();
        var atLeaving = second.Read;
        await Append(each, 100);
        appended += each;
        await Eventually.Holds(() => seen.Count == appended * _topic.Partitions, Deadline, "all records are read");

        Assert.All(seen, record => Assert.Equal(1, record.Value));
        Assert.Equal(atLeaving, second.Read);

        async Task<bool> More(bool done)
        {
            if (done || appended >= 20_000)
                return done;
            await Append(20, 100);
            appended += 20;
            return false;
        }
    }

    [Fact]
    public async Task A_member_that_reads_nothing_keeps_its_membership_and_loses_nothing()
    {
        // 3 MB a partition: six times what is buffered, and less than the 5 MB that the mock keeps.
        const int each = 300;
        await Append(each, 10_000);
        foreach (var partition in Enumerable.Range(0, _topic.Partitions))
            Assert.Equal(0, (await _log.Bounds(new TopicPartition(_topic.Name, partition), CancellationToken.None)).Start);

        var idle = new RecordingHandler();
        await using var member = await _log.Join("idle-" + _broker.Suffix, [_topic.Name], idle, CancellationToken.None);
        await Eventually.Holds(() => idle.Owned.Count == _topic.Partitions, Deadline, "the member owns all");

        // It can only take part in these if polling goes on while its buffers are full.
        for (var round = 0; round < 2; round++)
        {
            var other = new RecordingHandler();
            await using (await _log.Join("idle-" + _broker.Suffix, [_topic.Name], other, CancellationToken.None))
                await Eventually.Holds(() => other.Owned.Count == _topic.Partitions / 2, Deadline, "another takes a share");
            await Eventually.Holds(() => idle.Owned.Count == _topic.Partitions, Deadline, "the member owns all again");
        }

        Assert.DoesNotContain(idle.Events, e => e.StartsWith("lost", StringComparison.Ordinal));
        foreach (var partition in idle.Owned)
        {
            var offsets = new List<long>();
            using var late = new CancellationTokenSource(Deadline);
            while (offsets.Count < each)
                offsets.AddRange((await idle[partition].Read(100_000, late.Token)).Records.Select(r => r.Offset));
            Assert.Equal(Enumerable.Range(0, each).Select(i => (long)i), offsets);
        }
    }

    [Fact]
    public async Task A_commit_that_the_coordinator_refuses_fails_loudly()
    {
        Assert.SkipWhen(_broker.Mock is null, "Only the mock cluster refuses on demand.");
        const short offsetCommit = 8;
        const int illegalGeneration = 22;
        var handler = new RecordingHandler();
        await using var member = await _log.Join("refused-" + _broker.Suffix, [_topic.Name], handler, CancellationToken.None);
        await Eventually.Holds(() => handler.Owned.Count == _topic.Partitions, Deadline, "the member owns all");
        var partition = handler[handler.Owned[0]];
        _broker.Mock.FailNext(offsetCommit, illegalGeneration);
        await Assert.ThrowsAsync<EventLogException>(async () => await partition.Commit(1, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_appended_while_the_broker_is_away_is_there_once_when_it_is_back()
    {
        Assert.SkipWhen(_broker.Mock is null, "Only the mock cluster goes away on demand.");
        await using var producer = _log.CreateProducer();
        await producer.Append(Record(0, 0, 10), CancellationToken.None);
        _broker.Mock.StopBroker();
        var pending = Enumerable.Range(1, 50).Select(i => producer.Append(Record(0, i, 10), CancellationToken.None)).ToList();
        _broker.Mock.StartBroker();
        var offsets = (await Task.WhenAll(pending).WaitAsync(Deadline)).Select(a => a.Offset);
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), offsets);
        Assert.Equal(51, (await _log.Bounds(new TopicPartition(_topic.Name, 0), CancellationToken.None)).End);
    }

    [Fact]
    public async Task A_handler_that_fails_ends_the_membership_and_is_told_that_the_rest_is_lost()
    {
        var failing = new RecordingHandler { OnRevoked = static _ => throw new InvalidDataException("cannot let go") };
        var group = "failing-" + _broker.Suffix;
        await using var bad = await _log.Join(group, [_topic.Name], failing, CancellationToken.None);
        await Eventually.Holds(() => failing.Owned.Count == _topic.Partitions, Deadline, "the member owns all");
        var waiting = failing.Owned.Select(p => failing[p].Read(1_000, CancellationToken.None).AsTask()).ToList();

        var other = new RecordingHandler();
        await using var good = await _log.Join(group, [_topic.Name], other, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => bad.Completion.WaitAsync(Deadline));
        Assert.Equal("cannot let go", failure.Message);
        Assert.StartsWith("lost", failing.Events[^1], StringComparison.Ordinal);
        foreach (var read in waiting)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Deadline));
        await Eventually.Holds(() => other.Owned.Count == _topic.Partitions, Deadline, "the other member owns all");
    }

    [Fact]
    public async Task An_assignment_that_never_ends_does_not_hold_up_the_group()
    {
        await using var log = _broker.Open(_broker.Options with { RevokeTimeout = TimeSpan.FromSeconds(1) });
        var never = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        var stuck = new RecordingHandler
        {
            OnAssigned = _ =>
            {
                begun.TrySetResult();
                return new ValueTask(never.Task);
            },
        };
        var group = "stuck-" + _broker.Suffix;
        await using var bad = await log.Join(group, [_topic.Name], stuck, CancellationToken.None);
        await begun.Task.WaitAsync(Deadline);
        var other = new RecordingHandler();
        await using var good = await log.Join(group, [_topic.Name], other, CancellationToken.None);
        await Eventually.Holds(() => other.Owned.Count == _topic.Partitions / 2, Deadline, "the other member gets its share");
        await bad.DisposeAsync().AsTask().WaitAsync(Deadline);
        await Eventually.Holds(() => other.Owned.Count == _topic.Partitions, Deadline, "the other member owns all");
        never.SetResult();
    }

    [Fact]
    public async Task With_the_broker_away_members_and_producers_end_and_tell_who_waits()
    {
        Assert.SkipWhen(_broker.Mock is null, "Only the mock cluster goes away on demand.");
        var handler = new RecordingHandler();
        var member = await _log.Join("away-" + _broker.Suffix, [_topic.Name], handler, CancellationToken.None);
        await Eventually.Holds(() => handler.Owned.Count == _topic.Partitions, Deadline, "the member owns all");
        var producer = _log.CreateProducer();
        await producer.Append(Record(0, 0, 10), CancellationToken.None);
        var partition = handler[new TopicPartition(_topic.Name, 0)];
        _broker.Mock.StopBroker();
        var append = producer.Append(Record(0, 1, 10), CancellationToken.None);
        var flush = producer.Flush(CancellationToken.None);
        var commit = partition.Commit(1, CancellationToken.None).AsTask();

        await producer.DisposeAsync().AsTask().WaitAsync(Deadline);
        await Assert.ThrowsAsync<EventLogException>(() => append.WaitAsync(Deadline));
        await flush.WaitAsync(Deadline);
        await Assert.ThrowsAsync<EventLogException>(() => commit.WaitAsync(Deadline));
        await member.DisposeAsync().AsTask().WaitAsync(Deadline);
        Assert.Empty(handler.Owned);
        await member.Completion.WaitAsync(Deadline);
        _broker.Mock.StartBroker();
    }

    [Fact]
    public async Task Bounds_are_asked_for_again_while_a_partition_has_no_leader()
    {
        Assert.SkipWhen(_broker.Mock is null, "Only the mock cluster refuses on demand.");
        const short listOffsets = 2;
        const int leaderNotAvailable = 5;
        await using (var producer = _log.CreateProducer())
            await producer.Append(Record(0, 0, 10), CancellationToken.None);
        _broker.Mock.FailNext(listOffsets, leaderNotAvailable, leaderNotAvailable, leaderNotAvailable);
        Assert.Equal(new OffsetBounds(0, 1), await _log.Bounds(new TopicPartition(_topic.Name, 0), CancellationToken.None));
    }

    [Fact]
    public async Task A_timestamp_that_is_no_time_stops_nothing()
    {
        Assert.SkipWhen(_broker.Mock is null, "Brokers of today refuse such a timestamp.");
        var settings = new Confluent.Kafka.ProducerConfig { BootstrapServers = _broker.BootstrapServers };
        using (var foreign = new Confluent.Kafka.ProducerBuilder<byte[], byte[]>(settings).Build())
        {
            await foreign.ProduceAsync(
                new Confluent.Kafka.TopicPartition(_topic.Name, 0),
                new() { Value = [1], Timestamp = new Confluent.Kafka.Timestamp(long.MaxValue, Confluent.Kafka.TimestampType.CreateTime) });
        }

        await using (var producer = _log.CreateProducer())
            await producer.Append(Record(0, 1, 10), CancellationToken.None);
        using var late = new CancellationTokenSource(Deadline);
        var records = new List<LogRecord>();
        await foreach (var record in _log.Read(new TopicPartition(_topic.Name, 0), 0, late.Token))
            records.Add(record);
        Assert.Equal([0L, 1L], records.Select(record => record.Offset));
        Assert.Equal(9999, records[0].Timestamp.Year);
    }

    [Fact]
    public async Task Siblings_of_unequal_counts_are_refused()
    {
        Assert.SkipWhen(_broker.Mock is null, "Topics of the test's own counts are made by the mock cluster.");
        _broker.Mock.CreateTopic("wide", 8);
        var refused = await Assert.ThrowsAsync<TopicMismatchException>(
            async () => await _log.Join("unequal", [_topic.Name, "wide"], new RecordingHandler(), CancellationToken.None));
        Assert.Contains("wide has 8 partitions", refused.Message, StringComparison.Ordinal);
    }

    private async Task Append(int each, int bytes)
    {
        await using var producer = _log.CreateProducer();
        var appends = new List<Task>();
        for (var partition = 0; partition < _topic.Partitions; partition++)
            for (var i = 0; i < each; i++)
                appends.Add(producer.Append(Record(partition, i, bytes), CancellationToken.None));
        await Task.WhenAll(appends);
    }

    private NewRecord Record(int partition, int number, int bytes) => new()
    {
        Topic = _topic.Name,
        Partition = partition,
        Key = BitConverter.GetBytes(number),
        Value = new byte[bytes],
        Timestamp = DateTimeOffset.UnixEpoch,
    };

    /// <summary>Reads each partition by small batches; on revoke it ends reading and commits how far it came.</summary>
    private sealed class Reader(ConcurrentDictionary<(int Partition, long Offset), int> seen) : IAssignmentHandler
    {
        private readonly Dictionary<TopicPartition, (IAssignedPartition Partition, CancellationTokenSource Stop, Task<long> Done)> _owned = [];
        private int _read;

        public int Read => Volatile.Read(ref _read);

        public ValueTask Assigned(IReadOnlyList<IAssignedPartition> partitions, CancellationToken cancellation)
        {
            foreach (var partition in partitions)
            {
                var from = partition.Committed ?? partition.Bounds.Start;
                partition.Seek(from);
                var stop = new CancellationTokenSource();
                _owned.Add(partition.Partition, (partition, stop, Run(partition, from, stop.Token)));
            }

            return ValueTask.CompletedTask;
        }

        public async ValueTask Revoked(IReadOnlyList<TopicPartition> partitions, CancellationToken deadline)
        {
            foreach (var revoked in partitions)
            {
                _owned.Remove(revoked, out var owned);
                await owned.Stop.CancelAsync();
                await owned.Partition.Commit(await owned.Done, deadline);
                owned.Stop.Dispose();
            }
        }

        public ValueTask Lost(IReadOnlyList<TopicPartition> partitions) =>
            throw new InvalidOperationException("No member of this test may lose a partition.");

        private async Task<long> Run(IAssignedPartition partition, long position, CancellationToken stop)
        {
            try
            {
                while (true)
                {
                    foreach (var record in (await partition.Read(2_000, stop)).Records)
                    {
                        seen.AddOrUpdate((record.Partition.Partition, record.Offset), 1, static (_, count) => count + 1);
                        Interlocked.Increment(ref _read);
                        position = record.Offset + 1;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                return position;
            }
        }
    }
}
