using StreamForge.Silo.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Recordings;
using StreamForge.Tests.Support.Streaming;
using static StreamForge.Tests.Streaming.Embedded.LogHarness;

namespace StreamForge.Tests.Streaming.Embedded;

/// <summary>
/// Files of a log with recorded frames in it, damaged in every way: what is read was written, or the file is called corrupt. Also where a
/// checksum is right over what no log ever wrote.
/// </summary>
public sealed class SegmentFuzzTests(ITestOutputHelper output)
{
    private const int Files = 1_500;
    private const string Offsets = "groups/00000000000000000000.seg";
    private const string Metadata = $"topics/{TopicName}/topic.json";

    [Fact]
    public async Task A_damaged_segment_gives_what_was_written_or_is_called_corrupt()
    {
        var random = Seeded.NewRandom();
        var (whole, written) = await Sample();
        var (cut, corrupt) = (0, 0);
        for (var i = 0; i < Files; i++)
        {
            var bytes = whole.ReadFile(Segment());
            whole.WriteFile(Segment(), ByteMutator.Mutate(bytes, random));
            if (await TryRead(whole) is { } read)
            {
                Assert.True(read.Count <= written.Count, $"{read.Count} records of {written.Count}");
                for (var n = 0; n < read.Count; n++)
                    AssertSame(written[n], read[n]);
                cut += read.Count < written.Count ? 1 : 0;
            }
            else
            {
                corrupt++;
            }

            whole.WriteFile(Segment(), bytes);
        }

        output.WriteLine($"{cut} cut, {corrupt} corrupt");
        Assert.True(cut > 0 && corrupt > 0);
    }

    [Fact]
    public async Task A_frame_with_a_right_checksum_over_anything_is_read_or_called_corrupt()
    {
        var random = Seeded.NewRandom();
        var (whole, _) = await Sample();
        var bytes = whole.ReadFile(Segment());
        await FileFuzz.IsReadOrCalledCorrupt(
            Files, () => whole.WriteFile(Segment(), FrameForger.Forge(bytes, random)), async () => await TryRead(whole) is not null);
    }

    [Fact]
    public async Task A_file_of_offsets_with_anything_in_it_is_read_or_called_corrupt()
    {
        var random = Seeded.NewRandom();
        var (whole, _) = await Sample();
        var bytes = whole.ReadFile(Offsets);
        await FileFuzz.IsReadOrCalledCorrupt(
            Files,
            () => whole.WriteFile(Offsets, random.Next(3) == 0 ? ByteMutator.Mutate(bytes, random) : FrameForger.Forge(bytes, random)),
            async () => await TryRead(whole) is not null);
    }

    [Fact]
    public async Task A_description_of_a_topic_with_anything_in_it_is_read_or_called_corrupt()
    {
        var random = Seeded.NewRandom();
        var (whole, _) = await Sample();
        var json = (await whole.ReadSmall(Metadata))!;
        var corrupt = 0;
        for (var i = 0; i < Files; i++)
        {
            var files = whole.Copy();
            await files.WriteSmall(Metadata, ByteMutator.Mutate(json, random));
            if (await TryOpen(files) is { } log)
                await log.DisposeAsync();
            else
                corrupt++;
        }

        output.WriteLine($"{corrupt} corrupt");
        Assert.NotEqual(0, corrupt);
    }

    /// <summary>A disk with recorded frames in two commits, left without a mark at the end, as by a crash; and what was written.</summary>
    private static async Task<(SimulatedFileSystem Disk, List<LogRecord> Written)> Sample()
    {
        var files = new SimulatedFileSystem();
        var log = await OpenWithTopic(files);
        await using var producer = log.CreateProducer();
        var frames = MarketRecordings.ReadCapture(MarketRecordings.FamilyFrames).Take(16).ToArray();
        foreach (var half in frames.Chunk(8))
            await Task.WhenAll(half.Select((frame, i) => producer.Append(
                new NewRecord
                {
                    Topic = TopicName,
                    Partition = 0,
                    Key = i % 5 == 0 ? null : "binance-usdm:BTCUSDT"u8.ToArray(),
                    Value = frame.Body,
                    Headers = [new LogHeader("event-id", "e1"u8.ToArray()), new LogHeader("other", ReadOnlyMemory<byte>.Empty)],
                    Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(frame.ReceivedAt / 1_000_000),
                },
                CancellationToken.None)));
        var handler = new RecordingHandler();
        await using (await log.Join("group", [TopicName], handler, CancellationToken.None))
        {
            await Eventually.Holds(() => handler.Owned.Count == 1, Deadline, "the partition is assigned");
            await handler[Partition()].Commit(5, CancellationToken.None);
        }

        var written = await Records(log);
        var disk = files.Copy();
        await log.DisposeAsync();
        return (disk, written);
    }

    /// <summary>What is in the log; none where it is called corrupt, at opening or at reading.</summary>
    private static async Task<List<LogRecord>?> TryRead(SimulatedFileSystem disk)
    {
        // A copy: opening cuts.
        if (await TryOpen(disk.Copy()) is not { } log)
            return null;
        try
        {
            return await Records(log);
        }
        catch (CorruptLogException)
        {
            return null;
        }
        finally
        {
            await log.DisposeAsync();
        }
    }

    private static async Task<SegmentEventLog?> TryOpen(SimulatedFileSystem disk)
    {
        try
        {
            return await Open(disk);
        }
        catch (CorruptLogException)
        {
            return null;
        }
    }

    private static async Task<List<LogRecord>> Records(SegmentEventLog log)
    {
        var records = new List<LogRecord>();
        var start = (await log.Bounds(Partition(), CancellationToken.None)).Start;
        await foreach (var record in log.Read(Partition(), start, CancellationToken.None))
            records.Add(record);
        return records;
    }

    private static void AssertSame(LogRecord written, LogRecord read)
    {
        Assert.Equal((written.Offset, written.Timestamp, written.Key.HasValue), (read.Offset, read.Timestamp, read.Key.HasValue));
        Assert.True(written.Value.Span.SequenceEqual(read.Value.Span));
        Assert.Equal(written.Headers.Select(h => h.Name), read.Headers.Select(h => h.Name));
    }
}
