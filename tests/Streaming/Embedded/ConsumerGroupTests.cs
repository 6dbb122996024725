using StreamForge.Silo.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Streaming;
using static StreamForge.Tests.Streaming.Embedded.LogHarness;

namespace StreamForge.Tests.Streaming.Embedded;

/// <summary>What goes wrong in groups: members that do not let go, that fail, that are no longer heard of.</summary>
public sealed class ConsumerGroupTests
{
    [Fact]
    public async Task A_member_that_does_not_let_go_is_fenced_at_the_deadline()
    {
        var time = new ManualTime();
        await using var log = await OpenWithTopic(new SimulatedFileSystem(), time: time, partitions: 4);
        var stuck = new TaskCompletionSource();
        var revoked = new TaskCompletionSource<IReadOnlyList<IAssignedPartition>>();
        var first = new RecordingHandler
        {
            OnRevoked = async partitions =>
            {
                revoked.TrySetResult(partitions);
                await stuck.Task;
            },
        };
        await using var slow = await log.Join("g", [TopicName], first, CancellationToken.None);
        await Eventually.Holds(() => first.Owned.Count == 4, Deadline, "the first member owns all");

        var second = new RecordingHandler();
        await using var quick = await log.Join("g", [TopicName], second, CancellationToken.None);
        var moving = await revoked.Task.WaitAsync(Deadline, TimeProvider.System);
        await moving[0].Commit(1, CancellationToken.None);
        Assert.Empty(second.Owned);

        time.Advance(TimeSpan.FromSeconds(31));
        await Eventually.Holds(() => second.Owned.Count == 2, Deadline, "the second member owns half");
        await Assert.ThrowsAsync<EventLogException>(async () => await moving[0].Commit(2, CancellationToken.None));
        Assert.Equal(1, second[moving[0].Partition].Committed);
        stuck.SetResult();
        Assert.False(slow.Completion.IsCompleted, "being slow does not end a membership");
    }

    [Fact]
    public async Task A_member_whose_handler_fails_leaves_and_says_why()
    {
        await using var log = await OpenWithTopic(new SimulatedFileSystem(), partitions: 4);
        var failing = new RecordingHandler { OnAssigned = _ => throw new InvalidDataException("cannot start") };
        await using var bad = await log.Join("g", [TopicName], failing, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => bad.Completion.WaitAsync(Deadline, TimeProvider.System));
        Assert.Equal("cannot start", failure.Message);

        var handler = new RecordingHandler();
        await using var good = await log.Join("g", [TopicName], handler, CancellationToken.None);
        await Eventually.Holds(() => handler.Owned.Count == 4, Deadline, "the other member owns all");
    }

    [Fact]
    public async Task An_expelled_member_loses_its_partitions_without_being_asked()
    {
        await using var log = await OpenWithTopic(new SimulatedFileSystem(), partitions: 4);
        var first = new RecordingHandler();
        var second = new RecordingHandler();
        await using var one = await log.Join("g", [TopicName], first, CancellationToken.None);
        await using var two = await log.Join("g", [TopicName], second, CancellationToken.None);
        await Eventually.Holds(() => first.Owned.Count == 2 && second.Owned.Count == 2, Deadline, "each member owns half");
        var owned = first.Owned.Select(p => first[p]).ToList();

        SegmentEventLog.Expel(one, "not heard of for a while");

        await Eventually.Holds(() => second.Owned.Count == 4 && first.Owned.Count == 0, Deadline, "the other owns all");
        Assert.StartsWith("lost", first.Events[^1], StringComparison.Ordinal);
        Assert.Contains("not heard of", (await Assert.ThrowsAsync<EventLogException>(() => one.Completion)).Message, StringComparison.Ordinal);
        foreach (var partition in owned)
            await Assert.ThrowsAsync<EventLogException>(async () => await partition.Commit(1, CancellationToken.None));
    }

    [Fact]
    public async Task Members_of_a_log_that_closes_are_told()
    {
        var log = await OpenWithTopic(new SimulatedFileSystem(), partitions: 2);
        var handler = new RecordingHandler();
        var member = await log.Join("g", [TopicName], handler, CancellationToken.None);
        await Eventually.Holds(() => handler.Owned.Count == 2, Deadline, "the member owns all");
        var read = handler[Partition()].Read(100, CancellationToken.None).AsTask();
        await log.DisposeAsync();
        await Assert.ThrowsAsync<EventLogException>(() => member.Completion.WaitAsync(Deadline, TimeProvider.System));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Deadline, TimeProvider.System));
        await member.DisposeAsync();
    }

    [Fact]
    public async Task Topics_of_unequal_counts_cannot_be_read_together()
    {
        await using var log = await OpenWithTopic(new SimulatedFileSystem(), partitions: 4);
        await log.EnsureTopic(new TopicSpec("other", 3), CancellationToken.None);
        await Assert.ThrowsAsync<TopicMismatchException>(
            async () => await log.Join("g", [TopicName, "other"], new RecordingHandler(), CancellationToken.None));
    }

    [Fact]
    public async Task Many_commits_are_rewritten_and_outlive_restarts()
    {
        var files = new SimulatedFileSystem();
        await using (var log = await OpenWithTopic(files, partitions: 2))
        {
            var handler = new RecordingHandler();
            await using var member = await log.Join("g", [TopicName], handler, CancellationToken.None);
            await Eventually.Holds(() => handler.Owned.Count == 2, Deadline, "the member owns all");
            await Task.WhenAll(Enumerable.Range(1, 120_000).Select(i => handler[Partition()].Commit(i, CancellationToken.None).AsTask()));
            await handler[Partition(1)].Commit(7, CancellationToken.None);
        }

        Assert.True(files.Files("groups").Sum(f => files.ReadFile("groups/" + f).Length) <= 4 << 20, "old commits were dropped");
        await using var again = await Open(files);
        var later = new RecordingHandler();
        await using var next = await again.Join("g", [TopicName], later, CancellationToken.None);
        await Eventually.Holds(() => later.Owned.Count == 2, Deadline, "the member owns all");
        Assert.Equal(120_000, later[Partition()].Committed);
        Assert.Equal(7, later[Partition(1)].Committed);
    }
}
