using StreamForge.Silo.Streaming;

namespace StreamForge.Tests.Support.Streaming;

public abstract partial class EventLogContract
{
    [Fact]
    public async Task A_lone_member_owns_everything_and_knows_where_it_stands()
    {
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 1);
        var offsets = await AppendNumbers(partition, 10);
        await using var member = await Join(NewGroup(topic), new RecordingHandler(), topic.Name);

        await Owned(member, AllOf(topic));
        var assigned = member.Handler[partition];
        Assert.Equal(topic.LogId, assigned.LogId);
        Assert.Null(assigned.Committed);
        Assert.Equal(0, assigned.Bounds.Start);
        Assert.True(assigned.Bounds.End > offsets[^1], "the end as of the assignment");
        Assert.Equal(offsets, (await ReadSome(assigned, 10)).Select(r => r.Offset));
        Assert.False(member.Completion.IsCompleted);
    }

    [Fact]
    public async Task Committed_offsets_outlive_members_and_restarts()
    {
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 0);
        var offsets = await AppendNumbers(partition, 10);
        var group = NewGroup(topic);
        await using (var member = await Join(group, new RecordingHandler(), topic.Name))
        {
            var assigned = await member.Owns(partition);
            await assigned.Commit(offsets[4], Cancellation);
            await assigned.Commit(offsets[7], Cancellation);
        }

        await using (var member = await Join(group, new RecordingHandler(), topic.Name))
        {
            var assigned = await member.Owns(partition);
            Assert.Equal(offsets[7], assigned.Committed);
            Assert.Equal(offsets[7..], (await ReadSome(assigned, 3)).Select(r => r.Offset));
        }

        await Fixture.Reopen();
        await using var later = await Join(group, new RecordingHandler(), topic.Name);
        Assert.Equal(offsets[7], (await later.Owns(partition)).Committed);
        await using var other = await Join(group + "-other", new RecordingHandler(), topic.Name);
        Assert.Null((await other.Owns(partition)).Committed);
    }

    [Fact]
    public async Task Groups_read_the_same_records_each_for_itself()
    {
        var topic = await NewTopic();
        var partition = new TopicPartition(topic.Name, 0);
        var offsets = await AppendNumbers(partition, 20);
        await using var one = await Join(NewGroup(topic) + "-1", new RecordingHandler(), topic.Name);
        await using var two = await Join(NewGroup(topic) + "-2", new RecordingHandler(), topic.Name);
        Assert.Equal(offsets, (await ReadSome(await one.Owns(partition), 20)).Select(r => r.Offset));
        Assert.Equal(offsets, (await ReadSome(await two.Owns(partition), 20)).Select(r => r.Offset));
    }

    [Fact]
    public async Task Two_members_share_siblings_together_and_one_takes_all_when_the_other_leaves()
    {
        var left = await NewTopic();
        var right = await NewTopic();
        var group = NewGroup(left);
        await using var first = await Join(group, new RecordingHandler(), left.Name, right.Name);
        await Owned(first, AllOf(left, right));

        var second = await Join(group, new RecordingHandler(), left.Name, right.Name);
        await Eventually.Holds(
            () => second.Handler.Owned.Count > 0 && first.Handler.Owned.Count + second.Handler.Owned.Count == 2 * left.Partitions,
            Fixture.Deadline,
            "both members own a share");

        Assert.Empty(first.Handler.Owned.Intersect(second.Handler.Owned));
        foreach (var member in new[] { first, second })
        {
            Assert.Equal(2 * left.Partitions / 2, member.Handler.Owned.Count);
            Assert.Equal(
                member.Handler.Owned.Where(p => p.Topic == left.Name).Select(p => p.Partition),
                member.Handler.Owned.Where(p => p.Topic == right.Name).Select(p => p.Partition));
        }

        await second.DisposeAsync();
        Assert.Empty(second.Handler.Owned);
        await Owned(first, AllOf(left, right));
        Assert.False(first.Handler.Overlapped || second.Handler.Overlapped, "calls of a handler overlapped");
    }

    [Fact]
    public async Task What_is_committed_while_revoked_is_where_the_next_owner_starts()
    {
        var topic = await NewTopic();
        foreach (var partition in AllOf(topic))
            await AppendNumbers(partition, 10);
        var group = NewGroup(topic);
        await using var first = await Join(
            group,
            new RecordingHandler
            {
                OnRevoked = async partitions =>
                {
                    foreach (var partition in partitions)
                        await partition.Commit(6, CancellationToken.None);
                },
            },
            topic.Name);
        await Owned(first, AllOf(topic));
        await using var second = await Join(group, new RecordingHandler(), topic.Name);
        await Eventually.Holds(() => second.Handler.Owned.Count == topic.Partitions / 2, Fixture.Deadline, "the second member owns half");

        foreach (var partition in second.Handler.Owned)
        {
            Assert.Equal(6, second.Handler[partition].Committed);
            Assert.Equal(6, (await ReadSome(second.Handler[partition], 4))[0].Offset);
        }
    }

    [Fact]
    public async Task A_partition_that_went_to_another_member_cannot_be_committed_or_read()
    {
        var topic = await NewTopic();
        var group = NewGroup(topic);
        await using var first = await Join(group, new RecordingHandler(), topic.Name);
        await Owned(first, AllOf(topic));
        var before = AllOf(topic).ToDictionary(p => p, p => first.Handler[p]);
        var reads = before.ToDictionary(p => p.Key, p => p.Value.Read(1_000, CancellationToken.None).AsTask());

        await using var second = await Join(group, new RecordingHandler(), topic.Name);
        await Eventually.Holds(() => second.Handler.Owned.Count == topic.Partitions / 2, Fixture.Deadline, "the second member owns half");

        foreach (var moved in second.Handler.Owned)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reads[moved].WaitAsync(Fixture.Deadline, TimeProvider.System));
            await Assert.ThrowsAsync<EventLogException>(async () => await before[moved].Commit(0, Cancellation));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                async () => await before[moved].Read(1_000, CancellationToken.None).AsTask().WaitAsync(Fixture.Deadline, TimeProvider.System));
            await second.Handler[moved].Commit(0, Cancellation);
        }

        foreach (var kept in first.Handler.Owned)
            await first.Handler[kept].Commit(0, Cancellation);
    }

    private async Task Owned(Member member, IEnumerable<TopicPartition> partitions)
    {
        var all = partitions.ToHashSet();
        await Eventually.Holds(() => all.SetEquals(member.Handler.Owned), Fixture.Deadline, "the member owns " + string.Join(' ', all));
    }
}
