using StreamForge.Silo.Streaming;

namespace StreamForge.Tests.Support.Streaming;

public abstract partial class EventLogContract
{
    [Fact]
    public async Task Seeking_goes_back_and_forth()
    {
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 0);
        var offsets = await AppendNumbers(partition, 100);
        await using var member = await Join(NewGroup(topic), new RecordingHandler(), topic.Name);
        var reader = await member.Owns(partition);

        Assert.Equal(offsets, (await ReadSome(reader, 100)).Select(r => r.Offset));
        foreach (var index in new[] { 90, 10, 50, 0, 99 })
        {
            reader.Seek(offsets[index]);
            Assert.Equal(offsets[index..], (await ReadSome(reader, 100 - index)).Select(r => r.Offset));
        }
    }

    [Fact]
    public async Task Seeking_beyond_the_end_is_out_of_range()
    {
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 0);
        await AppendNumbers(partition, 3);
        await using var member = await Join(NewGroup(topic), new RecordingHandler(), topic.Name);
        var reader = await member.Owns(partition);
        reader.Seek(1_000);
        using var late = new CancellationTokenSource(Fixture.Deadline, TimeProvider.System);
        var beyond = await Assert.ThrowsAsync<OffsetOutOfRangeException>(async () => await reader.Read(1_000, late.Token));
        Assert.Equal(1_000, beyond.Offset);
        reader.Seek(1);
        Assert.Equal(1, (await ReadSome(reader, 1))[0].Offset);
    }

    [Fact]
    public async Task A_read_is_bounded_and_never_empty()
    {
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 0);
        var offsets = await AppendNumbers(partition, 500);
        await using var member = await Join(NewGroup(topic), new RecordingHandler(), topic.Name);
        var reader = await member.Owns(partition);

        var seen = new List<long>();
        while (seen.Count < offsets.Length)
        {
            var batch = await reader.Read(1_000, Cancellation);
            Assert.NotEmpty(batch.Records);
            Assert.True(batch.Records.Count == 1 || batch.Records.Sum(r => r.Size) <= 2_000, "a batch is about what was asked for");
            Assert.True(batch.End > batch.Records[^1].Offset, "the end of the log is known with every batch");
            seen.AddRange(batch.Records.Select(r => r.Offset));
        }

        Assert.Equal(offsets, seen);
    }

    [Fact]
    public async Task A_waiting_read_wakes_up_on_append()
    {
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 2);
        await using var member = await Join(NewGroup(topic), new RecordingHandler(), topic.Name);
        var reader = await member.Owns(partition);
        for (var round = 0; round < 5; round++)
        {
            var waiting = reader.Read(1_000, Cancellation).AsTask();
            Assert.False(waiting.IsCompleted, "a read at the end waits");
            await AppendNumbers(partition, 1, from: round);
            var batch = await waiting.WaitAsync(Fixture.Deadline, TimeProvider.System);
            Assert.Equal(string.Create(null, $"{round}"), Text(Assert.Single(batch.Records).Value));
        }
    }

    [Fact]
    public async Task A_cancelled_read_loses_nothing()
    {
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 2);
        await using var member = await Join(NewGroup(topic), new RecordingHandler(), topic.Name);
        var reader = await member.Owns(partition);
        using var cancel = new CancellationTokenSource();
        var waiting = reader.Read(1_000, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Fixture.Deadline, TimeProvider.System));

        var offsets = await AppendNumbers(partition, 10);
        Assert.Equal(offsets, (await ReadSome(reader, 10)).Select(r => r.Offset));
    }

    [Fact]
    public async Task Readers_see_every_record_once_while_producers_append()
    {
        const int count = 3_000;
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 1);
        await using var member = await Join(NewGroup(topic), new RecordingHandler(), topic.Name);
        var reader = await member.Owns(partition);
        var reading = ReadSome(reader, count, maxBytes: 10_000);
        for (var i = 0; i < count; i += 100)
            await AppendNumbers(partition, 100, from: i);
        var records = await reading;
        Assert.Equal(Enumerable.Range(0, count).Select(i => string.Create(null, $"{i}")), records.Select(r => Text(r.Value)));
    }
}
