using StreamForge.Silo.Streaming;

namespace StreamForge.Tests.Support.Streaming;

public abstract partial class EventLogContract
{
    [Fact]
    public async Task A_new_topic_is_empty_and_starts_at_zero()
    {
        var topic = await NewTopic();
        foreach (var partition in AllOf(topic))
            Assert.Equal(new OffsetBounds(0, 0), await Log.Bounds(partition, Cancellation));
    }

    [Fact]
    public async Task A_record_comes_back_as_it_was_appended()
    {
        var topic = await NewTopic();
        await using var producer = Log.CreateProducer();
        byte[] binary = [0, 255, 10, 13, 0, 128];
        var at = await producer.Append(
            new NewRecord
            {
                Topic = topic.Name,
                Key = "kraken:XBT-USD"u8.ToArray(),
                Value = binary,
                Timestamp = Time,
                Headers =
                [
                    new LogHeader("traceparent", "00-abc"u8.ToArray()),
                    new LogHeader("binary", binary),
                    new LogHeader("empty", ReadOnlyMemory<byte>.Empty),
                    new LogHeader("twice", "first"u8.ToArray()),
                    new LogHeader("twice", "last"u8.ToArray()),
                    new LogHeader("größe", "unicode name"u8.ToArray()),
                ],
            },
            Cancellation);

        var record = Assert.Single(await ReadAll(at.Partition));
        Assert.Equal(at.Partition, record.Partition);
        Assert.Equal(at.Offset, record.Offset);
        Assert.Equal(Time, record.Timestamp);
        Assert.Equal("kraken:XBT-USD"u8.ToArray(), record.Key!.Value.ToArray());
        Assert.Equal(binary, record.Value.ToArray());
        Assert.Equal(["traceparent", "binary", "empty", "twice", "twice", "größe"], record.Headers.Select(h => h.Name));
        Assert.Equal(binary, record.Headers[1].Value.ToArray());
        Assert.Equal(0, record.Headers[2].Value.Length);
        Assert.Equal("last", record.Header("twice"));
        Assert.Equal("", record.Header("empty"));
        Assert.Null(record.Header("none"));
    }

    [Fact]
    public async Task A_record_may_lack_key_headers_and_bytes()
    {
        var topic = await NewTopic();
        await using var producer = Log.CreateProducer();
        var at = await producer.Append(
            new NewRecord { Topic = topic.Name, Value = ReadOnlyMemory<byte>.Empty, Timestamp = Time }, Cancellation);

        var record = Assert.Single(await ReadAll(at.Partition));
        Assert.Null(record.Key);
        Assert.Empty(record.Headers);
        Assert.Equal(0, record.Value.Length);
    }

    [Fact]
    public async Task A_key_chooses_the_partition_as_Kafka_does()
    {
        var topic = await NewTopic();
        await using var producer = Log.CreateProducer();
        for (var i = 0; i < 50; i++)
        {
            var record = Record(topic.Name, string.Create(null, $"binance:COIN{i}"), "v");
            var at = await producer.Append(record, Cancellation);
            Assert.Equal(Murmur2Partitioner.PartitionOf(record.Key!.Value.Span, topic.Partitions), at.Partition.Partition);
        }
    }

    [Fact]
    public async Task Appends_that_overlap_keep_the_order_of_the_calls()
    {
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 1);
        var offsets = await AppendNumbers(partition, 2_000);

        Assert.Equal(offsets.Order(), offsets);
        Assert.Equal(offsets.Length, offsets.Distinct().Count());
        var records = await ReadAll(partition);
        Assert.Equal(offsets, records.Select(r => r.Offset));
        Assert.Equal(Enumerable.Range(0, 2_000).Select(i => string.Create(null, $"{i}")), records.Select(r => Text(r.Value)));
        var bounds = await Log.Bounds(partition, Cancellation);
        Assert.Equal(0, bounds.Start);
        Assert.True(bounds.End > offsets[^1], "the end lies after the newest record");
    }

    [Fact]
    public async Task Behind_an_append_that_failed_nothing_of_its_chain_is_appended()
    {
        var topic = await NewTopic();
        await using var producer = Log.CreateProducer();
        var chain = new AppendChain();
        await producer.Append(Record(topic.Name, "k", "before", 0), Cancellation, chain);
        await Assert.ThrowsAnyAsync<EventLogException>(
            () => producer.Append(Record(topic.Name, "k", "nowhere", topic.Partitions + 900), Cancellation, chain));
        Assert.True(chain.IsBroken);
        await Assert.ThrowsAnyAsync<EventLogException>(() => producer.Append(Record(topic.Name, "k", "behind", 0), Cancellation, chain));
        await producer.Append(Record(topic.Name, "k", "of nobody", 0), Cancellation);
        await producer.Append(Record(topic.Name, "k", "anew", 0), Cancellation, new AppendChain());
        Assert.Equal(["before", "of nobody", "anew"], (await ReadAll(new TopicPartition(topic.Name, 0))).Select(r => Text(r.Value)));
    }

    [Fact]
    public async Task A_record_that_is_too_large_does_not_break_its_chain()
    {
        var topic = await NewTopic();
        await using var producer = Log.CreateProducer();
        var chain = new AppendChain();
        var huge = new NewRecord
        {
            Topic = topic.Name,
            Partition = 0,
            Value = new byte[Fixture.TooLargeValue],
            Timestamp = Time,
        };
        await Assert.ThrowsAsync<RecordTooLargeException>(() => producer.Append(huge, Cancellation, chain));
        await producer.Append(Record(topic.Name, "k", "next", 0), Cancellation, chain);
        Assert.Single(await ReadAll(new TopicPartition(topic.Name, 0)));
    }

    [Fact]
    public async Task Producers_at_once_lose_and_mix_up_nothing_of_each()
    {
        const int each = 250;
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 0);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(p => Task.Run(async () =>
        {
            await using var producer = Log.CreateProducer();
            var appends = new List<Task>();
            for (var i = 0; i < each; i++)
                appends.Add(producer.Append(Record(topic.Name, "k", string.Create(null, $"{p}:{i}"), 0), Cancellation));
            await Task.WhenAll(appends);
        })));

        var values = (await ReadAll(partition)).Select(r => Text(r.Value).Split(':')).ToList();
        Assert.Equal(4 * each, values.Count);
        for (var p = 0; p < 4; p++)
        {
            var own = values.Where(v => v[0] == string.Create(null, $"{p}")).Select(v => int.Parse(v[1]));
            Assert.Equal(Enumerable.Range(0, each), own);
        }
    }

    [Fact]
    public async Task Flush_returns_when_every_append_has_ended()
    {
        var topic = await NewTopic();
        await using var producer = Log.CreateProducer();
        await producer.Flush(Cancellation);
        var appends = Enumerable.Range(0, 300)
            .Select(i => producer.Append(Record(topic.Name, string.Create(null, $"k{i}"), "v"), CancellationToken.None)).ToList();
        await producer.Flush(Cancellation);
        Assert.All(appends, a => Assert.True(a.IsCompletedSuccessfully, "an append is still under way after Flush"));
    }

    [Fact]
    public async Task The_largest_record_passes_and_comes_back()
    {
        var topic = await NewTopic();
        var value = new byte[Fixture.LargestValue];
        for (var i = 0; i < value.Length; i++)
            value[i] = (byte)((i * 31) ^ (i >> 8));
        await using var producer = Log.CreateProducer();
        await producer.Append(Record(topic.Name, "before", "small", 2), Cancellation);
        await producer.Append(
            new NewRecord { Topic = topic.Name, Partition = 2, Key = "large"u8.ToArray(), Value = value, Timestamp = Time }, Cancellation);
        await producer.Append(Record(topic.Name, "after", "small", 2), Cancellation);

        var records = await ReadAll(new TopicPartition(topic.Name, 2));
        Assert.Equal(["before", "large", "after"], records.Select(r => Text(r.Key!.Value)));
        Assert.True(records[1].Value.Span.SequenceEqual(value));
    }

    [Fact]
    public async Task A_record_that_is_too_large_is_refused_and_stops_nothing()
    {
        var topic = await NewTopic();
        await using var producer = Log.CreateProducer();
        var huge = new NewRecord
        {
            Topic = topic.Name,
            Partition = 0,
            Key = "k"u8.ToArray(),
            Value = new byte[Fixture.TooLargeValue],
            Timestamp = Time,
        };
        await Assert.ThrowsAsync<RecordTooLargeException>(() => producer.Append(huge, Cancellation));

        await producer.Append(Record(topic.Name, "k", "next", 0), Cancellation);
        Assert.Equal("next", Text(Assert.Single(await ReadAll(new TopicPartition(topic.Name, 0))).Value));
    }
}
