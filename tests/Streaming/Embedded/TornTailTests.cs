using StreamForge.Silo.Files;
using StreamForge.Silo.Streaming;
using static StreamForge.Tests.Streaming.Embedded.LogHarness;

namespace StreamForge.Tests.Streaming.Embedded;

/// <summary>A torn tail is cut; damage to what was durable is told apart and never cut.</summary>
public sealed class TornTailTests
{
    [Fact]
    public async Task A_crash_at_any_byte_of_the_last_record_leaves_the_others()
    {
        var (whole, lastStart) = await ThreeRecords();
        for (var cut = lastStart; cut <= whole.Length; cut++)
        {
            var files = await WithSegment(whole.AsMemory(0, cut));
            await using var log = await Open(files);
            string[] expected = cut == whole.Length ? ["one", "two", "three"] : ["one", "two"];
            Assert.Equal(expected, (await ReadAll(log)).Select(r => r.Value));

            Assert.Equal(expected.Length, await Append(log, "next"));
            Assert.Equal([.. expected, "next"], (await ReadAll(log)).Select(r => r.Value));
        }
    }

    [Fact]
    public async Task A_last_record_with_any_byte_lost_is_cut()
    {
        var (whole, lastStart) = await ThreeRecords();
        for (var lost = lastStart; lost < whole.Length; lost++)
        {
            var bytes = whole.ToArray();
            bytes[lost] ^= 0x40;
            await using var log = await Open(await WithSegment(bytes));
            Assert.Equal(["one", "two"], (await ReadAll(log)).Select(r => r.Value));
        }
    }

    [Fact]
    public async Task A_tail_of_zeros_is_cut()
    {
        var (whole, _) = await ThreeRecords();
        await using var log = await Open(await WithSegment(whole.Concat(new byte[5_000]).ToArray()));
        Assert.Equal(["one", "two", "three"], (await ReadAll(log)).Select(r => r.Value));
    }

    [Fact]
    public async Task A_wrong_byte_before_the_last_record_is_damage_and_is_named()
    {
        var (whole, lastStart) = await ThreeRecords();
        for (var at = 0; at < lastStart; at++)
        {
            var bytes = whole.ToArray();
            bytes[at] ^= 0x01;
            var files = await WithSegment(bytes);
            var damage = await Assert.ThrowsAsync<CorruptLogException>(async () => await Open(files));
            Assert.Contains(files.Describe(Segment()), damage.Message, StringComparison.Ordinal);
            Assert.Contains("corrupt at byte", damage.Message, StringComparison.Ordinal);
            Assert.Equal(bytes, files.ReadFile(Segment()));
        }
    }

    [Fact]
    public async Task After_a_clean_close_a_wrong_byte_in_the_last_record_is_damage_too()
    {
        var files = new SimulatedFileSystem();
        await using (var log = await OpenWithTopic(files))
            await Append(log, "only");
        var bytes = files.ReadFile(Segment());
        bytes[20] ^= 0x01;
        files.WriteFile(Segment(), bytes);
        await Assert.ThrowsAsync<CorruptLogException>(async () => await Open(files));
    }

    [Fact]
    public async Task A_missing_tail_of_a_sealed_segment_is_damage()
    {
        var files = new SimulatedFileSystem();
        await using (var log = await OpenWithTopic(files, new() { SegmentBytes = 1024 }))
            for (var i = 0; i < 40; i++)
                await Append(log, new string('x', 100));
        var bytes = files.ReadFile(Segment());
        Assert.True(files.Files("topics/t/0").Count > 3, "there are sealed segments");
        files.WriteFile(Segment(), bytes.AsSpan(0, bytes.Length / 2));
        await Assert.ThrowsAsync<CorruptLogException>(async () => await Open(files));
    }

    [Fact]
    public async Task Records_of_one_commit_that_a_crash_broke_in_its_middle_are_cut_from_there()
    {
        var files = new SimulatedFileSystem();
        await using var log = await OpenWithTopic(files);
        await Append(log, "first");
        var before = files.ReadFile(Segment()).Length;
        var gate = new TaskCompletionSource();
        files.Before = async (operation, _) =>
        {
            if (operation == DiskOperation.Append)
                await gate.Task;
        };
        await using var producer = log.CreateProducer();
        var blocked = producer.Append(Record("blocked"), CancellationToken.None);
        var together = Enumerable.Range(0, 5).Select(i => producer.Append(Record($"together {i}"), CancellationToken.None)).ToList();
        gate.SetResult();
        await Task.WhenAll([blocked, .. together]);

        var bytes = files.ReadFile(Segment());
        var second = bytes.AsSpan().IndexOf("together 1"u8);
        Assert.True(second > before);
        bytes[second] ^= 0x01;
        await using var torn = await Open(await WithSegment(bytes));
        Assert.Equal(["first", "blocked", "together 0"], (await ReadAll(torn)).Select(r => r.Value));
    }

    /// <summary>The file of three records, each durable before the next was written, and where the last one begins.</summary>
    private static async Task<(byte[] Whole, int LastStart)> ThreeRecords()
    {
        var files = new SimulatedFileSystem();
        await using var log = await OpenWithTopic(files);
        await Append(log, "one");
        await Append(log, "two");
        var lastStart = files.ReadFile(Segment()).Length;
        await Append(log, "three");
        return (files.ReadFile(Segment()), lastStart);
    }

    private static async Task<SimulatedFileSystem> WithSegment(ReadOnlyMemory<byte> bytes)
    {
        var files = new SimulatedFileSystem();
        await using (await OpenWithTopic(files))
        {
        }

        files.WriteFile(Segment(), bytes.Span);
        return files;
    }
}
