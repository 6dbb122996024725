using System.ComponentModel.DataAnnotations;
using StreamForge.Silo.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Streaming;
using static StreamForge.Tests.Streaming.Embedded.LogHarness;

namespace StreamForge.Tests.Streaming.Embedded;

public sealed class SegmentEventLogTests
{
    [Fact]
    public async Task A_record_is_neither_acknowledged_nor_seen_before_it_is_durable()
    {
        var files = new SimulatedFileSystem();
        await using var log = await OpenWithTopic(files);
        var synced = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        files.Before = async (operation, _) =>
        {
            if (operation != DiskOperation.Sync)
                return;
            reached.TrySetResult();
            await synced.Task;
        };

        var append = Append(log, "v");
        await reached.Task.WaitAsync(Deadline, TimeProvider.System);
        Assert.False(append.IsCompleted);
        Assert.Equal(0, (await log.Bounds(Partition(), CancellationToken.None)).End);
        Assert.Empty(await ReadAll(log));

        synced.SetResult();
        Assert.Equal(0, await append.WaitAsync(Deadline, TimeProvider.System));
        Assert.Single(await ReadAll(log));
    }

    [Fact]
    public async Task Appends_that_come_together_share_a_sync()
    {
        var files = new SimulatedFileSystem();
        await using var log = await OpenWithTopic(files);
        var release = new TaskCompletionSource();
        files.Before = async (operation, _) =>
        {
            if (operation == DiskOperation.Append)
                await release.Task;
        };
        await using var producer = log.CreateProducer();
        var before = files.Syncs;
        var appends = Enumerable.Range(0, 1_000).Select(i => producer.Append(Record($"{i}"), CancellationToken.None)).ToList();
        release.SetResult();
        await Task.WhenAll(appends);
        Assert.InRange(files.Syncs - before, 1, 3);
    }

    [Fact]
    public async Task A_failing_disk_fails_all_that_was_handed_in_and_leaves_a_hole_that_readers_pass()
    {
        var files = new SimulatedFileSystem();
        await using var log = await OpenWithTopic(files, new EmbeddedLogOptions { TailCacheBytes = 0 });
        await Append(log, "before");
        var release = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        files.Before = async (operation, path) =>
        {
            if (operation != DiskOperation.Sync || release.Task.IsCompleted)
                return;
            reached.TrySetResult();
            await release.Task;
            throw new IOException("the disk is full");
        };

        var lost = Append(log, "lost");
        await reached.Task.WaitAsync(Deadline, TimeProvider.System);
        var next = Append(log, "next");
        release.SetResult();

        var failure = await Assert.ThrowsAsync<EventLogException>(() => lost);
        Assert.Contains("the disk is full", failure.Message, StringComparison.Ordinal);
        // It waited behind the lost one: appends of a partition have no holes, derivation leans on it.
        await Assert.ThrowsAsync<EventLogException>(() => next);
        Assert.Equal(3, await Append(log, "after"));
        Assert.Equal([(0, "before"), (3, "after")], await ReadAll(log));

        var handler = new RecordingHandler();
        await using var member = await log.Join("g", [TopicName], handler, CancellationToken.None);
        await Eventually.Holds(() => handler.Owned.Count == 1, Deadline, "the member owns the partition");
        handler[Partition()].Seek(1);
        Assert.Equal(3, (await handler[Partition()].Read(100, CancellationToken.None)).Records[0].Offset);
    }

    [Fact]
    public async Task Retention_by_time_counts_from_the_append_and_drops_whole_segments()
    {
        var time = new ManualTime();
        var options = new EmbeddedLogOptions { SegmentBytes = 1024, RetentionInterval = TimeSpan.FromMinutes(1) };
        await using var log = await OpenWithTopic(new SimulatedFileSystem(), options, time, retention: TimeSpan.FromHours(1));
        for (var i = 0; i < 20; i++)
            await Append(log, new string('a', 200));
        await Eventually.Holds(() => time.Waiting > 0, Deadline, "retention waits for its time");
        time.Advance(TimeSpan.FromMinutes(50));
        for (var i = 0; i < 20; i++)
            await Append(log, new string('b', 200));
        Assert.Equal(40, (await ReadAll(log)).Count);

        await Eventually.HoldsAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromMinutes(1));
                return (await ReadAll(log)).Count(r => r.Value[0] == 'a') < 5;
            },
            Deadline,
            "the old segments are gone");
        Assert.Equal(20, (await ReadAll(log)).Count(r => r.Value[0] == 'b'));
    }

    [Fact]
    public async Task Retention_by_size_keeps_about_that_much()
    {
        var files = new SimulatedFileSystem();
        await using var log = await OpenWithTopic(files, new EmbeddedLogOptions { SegmentBytes = 1024, RetentionBytes = 4096 });
        for (var i = 0; i < 200; i++)
            await Append(log, new string('a', 200));
        await log.DisposeAsync();
        var kept = files.Files("topics/t/0").Sum(f => files.ReadFile("topics/t/0/" + f).Length);
        Assert.InRange(kept, 4096, 4096 + (2 * 1100));
    }

    [Fact]
    public async Task The_index_and_offsets_of_a_large_log_are_rebuilt()
    {
        using var folder = new TempFolder();
        const int count = 100_000;
        var options = new EmbeddedLogOptions { SegmentBytes = 1 << 20, TailCacheBytes = 0 };
        using (var files = new DiskFileSystem(folder.Path))
        await using (var log = await OpenWithTopic(files, options))
        await using (var producer = log.CreateProducer())
        {
            for (var i = 0; i < count; i++)
                _ = producer.Append(Record($"{i} " + new string('x', 100)), CancellationToken.None);
            await producer.Flush(CancellationToken.None);
        }

        using var again = new DiskFileSystem(folder.Path);
        await using var reopened = await Open(again, options);
        Assert.Equal(new OffsetBounds(0, count), await reopened.Bounds(Partition(), CancellationToken.None));
        var random = new Random(7);
        for (var i = 0; i < 50; i++)
        {
            var offset = random.Next(count);
            await foreach (var record in reopened.Read(Partition(), offset, CancellationToken.None))
            {
                Assert.Equal(offset, record.Offset);
                break;
            }
        }

        Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), (await ReadAll(reopened)).Select(r => r.Offset));
    }

    [Fact]
    public async Task A_folder_has_one_owner_and_a_dead_one_does_not_count()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "lock"), "left by a dead process");
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "lock.owner"), "process 1234567");
        using var files = new DiskFileSystem(folder.Path);
        var log = await OpenWithTopic(files);
        var refused = await Assert.ThrowsAsync<FolderInUseException>(async () => await Open(files));
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, refused.Message, StringComparison.Ordinal);
        await log.DisposeAsync();
        await using var next = await Open(files);
    }

    [Fact]
    public async Task A_topic_whose_creation_a_crash_ended_is_created_anew()
    {
        var files = new SimulatedFileSystem();
        files.WriteFile(Segment(), "left by a creation without end"u8);
        await using var log = await OpenWithTopic(files);
        Assert.Equal(0, await Append(log, "v"));
    }

    [Fact]
    public async Task Options_out_of_range_are_named_all_at_once()
    {
        var options = new EmbeddedLogOptions { SegmentBytes = 1, RevokeTimeout = TimeSpan.Zero };
        var refused = await Assert.ThrowsAsync<ValidationException>(async () => await Open(new SimulatedFileSystem(), options));
        Assert.Contains(nameof(options.SegmentBytes), refused.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(options.RevokeTimeout), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_producer_may_end_after_its_log()
    {
        var log = await OpenWithTopic(new SimulatedFileSystem());
        var producer = log.CreateProducer();
        var appended = producer.Append(Record("v"), CancellationToken.None);
        await log.DisposeAsync();
        await producer.DisposeAsync().AsTask().WaitAsync(Deadline);
        await appended;
    }

    [Fact]
    public async Task Bytes_that_wait_are_bounded()
    {
        var files = new SimulatedFileSystem();
        await using var log = await OpenWithTopic(files, new EmbeddedLogOptions { MaxPendingBytes = 10_000 });
        var release = new TaskCompletionSource();
        files.Before = async (_, _) => await release.Task;
        await using var producer = log.CreateProducer();
        var appends = Enumerable.Range(0, 1_000).Select(i => producer.Append(Record($"{i}"), CancellationToken.None)).ToList();
        Assert.Contains(appends, a => a.IsFaulted);
        release.SetResult();
        await producer.Flush(CancellationToken.None);
        Assert.Equal(appends.Count(a => a.IsCompletedSuccessfully), (await ReadAll(log)).Count);
    }
}
