using StreamForge.Silo.Streaming;

namespace StreamForge.Tests.Support.Streaming;

public abstract partial class EventLogContract
{
    [Fact]
    public async Task Ensuring_a_topic_again_changes_nothing()
    {
        var topic = await NewTopic();
        var again = await Log.EnsureTopic(new TopicSpec(topic.Name, topic.Partitions), Cancellation);
        Assert.Equal(topic, again);
        Assert.NotEqual(Guid.Empty, topic.LogId);
        Assert.NotEqual(topic.LogId, (await NewTopic()).LogId);
    }

    [Fact]
    public async Task A_topic_with_another_number_of_partitions_is_refused()
    {
        Assert.SkipWhen(Fixture.WhyNoMismatch is not null, Fixture.WhyNoMismatch ?? "");
        var topic = await NewTopic();
        await Assert.ThrowsAsync<TopicMismatchException>(
            async () => await Log.EnsureTopic(new TopicSpec(topic.Name, topic.Partitions + 1), Cancellation));
    }

    [Fact]
    public async Task Log_id_records_and_bounds_outlive_a_restart()
    {
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 3);
        var offsets = await AppendNumbers(partition, 100);
        var bounds = await Log.Bounds(partition, Cancellation);

        await Fixture.Reopen();

        Assert.Equal(topic, await Log.EnsureTopic(new TopicSpec(topic.Name, topic.Partitions), Cancellation));
        Assert.Equal(bounds, await Log.Bounds(partition, Cancellation));
        Assert.Equal(offsets, (await ReadAll(partition)).Select(r => r.Offset));

        var more = await AppendNumbers(partition, 10, from: 100);
        Assert.True(more[0] > offsets[^1], "offsets go on after a restart");
        Assert.Equal(
            Enumerable.Range(0, 110).Select(i => string.Create(null, $"{i}")), (await ReadAll(partition)).Select(r => Text(r.Value)));
    }

    [Fact]
    public async Task A_topic_created_anew_has_another_log_id_and_no_commits()
    {
        Assert.SkipWhen(Fixture.WhyNoRecreation is not null, Fixture.WhyNoRecreation ?? "");
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 0);
        await AppendNumbers(partition, 5);
        var group = NewGroup(topic);
        await using (var member = await Join(group, new RecordingHandler(), topic.Name))
            await (await member.Owns(partition)).Commit(5, Cancellation);

        await Fixture.Recreate(new TopicSpec(topic.Name, topic.Partitions));

        var anew = await Log.EnsureTopic(new TopicSpec(topic.Name, topic.Partitions), Cancellation);
        Assert.NotEqual(topic.LogId, anew.LogId);
        Assert.Equal(new OffsetBounds(0, 0), await Log.Bounds(partition, Cancellation));
        await using var later = await Join(group, new RecordingHandler(), topic.Name);
        Assert.Null((await later.Owns(partition)).Committed);
    }

    [Fact]
    public async Task Reading_at_large_starts_anywhere_and_ends_at_the_end()
    {
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 2);
        var offsets = await AppendNumbers(partition, 50);

        Assert.Equal(offsets[20..], (await ReadAll(partition, offsets[20])).Select(r => r.Offset));
        var end = (await Log.Bounds(partition, Cancellation)).End;
        Assert.Empty(await ReadAll(partition, end));
        Assert.Empty(await ReadAll(new TopicPartition(topic.Name, 0)));
    }

    [Fact]
    public async Task Reading_at_large_can_be_cancelled()
    {
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 2);
        await AppendNumbers(partition, 50);
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Log.Read(partition, 0, cancel.Token))
                await cancel.CancelAsync();
        });
    }

    [Fact]
    public async Task Retention_that_passes_a_reader_tells_it_so()
    {
        var (partition, offsets, joined) = await ThousandToRead();
        await using var member = joined;
        var reader = await member.Owns(partition);
        var seen = await ReadSome(reader, 1, maxBytes: 1);

        await Fixture.DropBelow(partition, offsets[500]);

        var bounds = await Log.Bounds(partition, Cancellation);
        Assert.True(bounds.Start > offsets[9], "the start of the log moved up");
        reader.Seek(seen[^1].Offset + 1);
        var gone = await Assert.ThrowsAsync<OffsetOutOfRangeException>(async () => await reader.Read(1_000, Cancellation));
        Assert.Equal(partition, gone.Partition);
        Assert.Equal(seen[^1].Offset + 1, gone.Offset);
        Assert.Equal(bounds.Start, gone.Bounds.Start);
        await Assert.ThrowsAsync<OffsetOutOfRangeException>(() => ReadAll(partition, offsets[0]));

        reader.Seek(gone.Bounds.Start);
        await AppendNumbers(partition, 1, from: 1_000);
        Assert.True((await ReadSome(reader, 1))[0].Offset >= bounds.Start, "reading goes on at the new start");
    }

    [Fact]
    public async Task Retention_that_overtakes_a_running_reader_makes_it_skip_nothing_in_silence()
    {
        var (partition, offsets, joined) = await ThousandToRead();
        await using var member = joined;
        var reader = await member.Owns(partition);
        var seen = (await ReadSome(reader, 1, maxBytes: 1)).Select(r => r.Offset).ToList();
        await Fixture.DropBelow(partition, offsets[500]);
        long[] all = [.. offsets, .. await AppendNumbers(partition, 1, from: 1_000)];

        // It goes on where it is: what it has fetched already may come yet.
        (long From, long To)? lost = null;
        while (seen[^1] < all[^1])
            try
            {
                seen.AddRange((await reader.Read(1_000, Cancellation)).Records.Select(r => r.Offset));
            }
            catch (OffsetOutOfRangeException gone)
            {
                Assert.Null(lost);
                lost = (gone.Offset, gone.Bounds.Start);
                reader.Seek(gone.Bounds.Start);
            }

        if (lost is var (from, to))
            Assert.True(from > seen[0] && from < to && to > offsets[9], $"{from} to {to} was told as lost");
        Assert.Equal(all.Where(o => lost is null || o < lost.Value.From || o >= lost.Value.To), seen.Where(all.Contains));
    }

    /// <summary>A thousand records in one partition, and a member who may read it; skips where retention cannot be brought about.</summary>
    private async Task<(TopicPartition Partition, long[] Offsets, Member Member)> ThousandToRead()
    {
        Assert.SkipWhen(Fixture.WhyNoRetention is not null, Fixture.WhyNoRetention ?? "");
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 0);
        var offsets = await AppendNumbers(partition, 1_000);
        return (partition, offsets, await Join(NewGroup(topic), new RecordingHandler(), topic.Name));
    }
}
