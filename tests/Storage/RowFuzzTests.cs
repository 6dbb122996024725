using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Grains.State;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Storage;

/// <summary>Files of rows, damaged in every way: a row that is read was written, or the file is called corrupt; nothing else.</summary>
public sealed class RowFuzzTests(ITestOutputHelper output)
{
    private const int Files = 1_500;
    private const int Rows = 12;
    private const string Segment = "00000000000000000000.seg";

    [Fact]
    public async Task A_damaged_file_gives_rows_that_were_written_or_is_called_corrupt()
    {
        var random = Seeded.NewRandom();
        var (disk, written) = await Sample();
        var bytes = disk.ReadFile(Segment);
        var (cut, corrupt) = (0, 0);
        for (var i = 0; i < Files; i++)
        {
            disk.WriteFile(Segment, ByteMutator.Mutate(bytes, random));
            if (await TryRead(disk) is not { } read)
            {
                corrupt++;
                continue;
            }

            Assert.All(read, row => Assert.Contains((row.Key, row.ETag, Convert.ToHexString(row.Payload.Span)), written));
            cut += read.Count < Rows ? 1 : 0;
        }

        output.WriteLine($"{cut} cut, {corrupt} corrupt");
        Assert.True(cut > 0 && corrupt > 0);
    }

    [Fact]
    public async Task A_frame_with_a_right_checksum_over_anything_is_a_row_or_called_corrupt()
    {
        var random = Seeded.NewRandom();
        var (disk, _) = await Sample();
        var bytes = disk.ReadFile(Segment);
        await FileFuzz.IsReadOrCalledCorrupt(
            Files, () => disk.WriteFile(Segment, FrameForger.Forge(bytes, random)), async () => await TryRead(disk) is not null);
    }

    [Fact]
    public void What_is_stored_of_a_partition_is_read_or_refused()
    {
        var random = Seeded.NewRandom();
        var key = new PartitionKey("group", "topic", Guid.NewGuid(), 3);
        var bytes = new PartitionFile(
            new PartitionRow(key, 7, 1_234, "owner", DateTimeOffset.UnixEpoch), [new ParkedRow("key", 12, "reason", DateTimeOffset.UnixEpoch)]).Encode();
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var mutated = ByteMutator.Mutate(bytes, random);
            PartitionFile? file = null;
            var refusal = Record.Exception(() => file = PartitionFile.Decode(mutated));
            Assert.True(refusal is null or InvalidDataException, $"{refusal}");
            refused += refusal is null ? 0 : 1;
            if (file is not null)
                Assert.Equal(file.Row, PartitionFile.Decode(file.Encode()).Row);
        }

        output.WriteLine($"{refused} refused");
        Assert.NotEqual(0, refused);
    }

    /// <summary>A disk with rows in several writes and a deleted one, left as by a crash; and all versions that were ever written.</summary>
    private static async Task<(SimulatedFileSystem Disk, HashSet<(StateKey, string, string)> Written)> Sample()
    {
        var files = new SimulatedFileSystem();
        var store = await Open(files);
        var written = new HashSet<(StateKey, string, string)>();
        for (var i = 0; i <= Rows + 3; i++)
        {
            var key = new StateKey(i % 2 == 0 ? "instrument" : "candle-day", $"binance:SYM{i % (Rows + 1)}");
            var write = new StateWrite
            {
                Key = key,
                SchemaVersion = 2,
                Payload = Enumerable.Range(0, 40).Select(n => (byte)(n * i)).ToArray(),
                ExpectedETag = await store.CurrentETag(key.Kind, key.Id, CancellationToken.None),
                ETag = $"tag-{i}",
                Index = new StateIndex("binance", "live", i, i % 3 == 0 ? null : DateTimeOffset.UnixEpoch),
            };
            Assert.True((await store.Write(write, CancellationToken.None)).Written);
            written.Add((key, write.ETag, Convert.ToHexString(write.Payload.Span)));
        }

        Assert.True((await store.Delete(new StateKey("candle-day", "binance:SYM5"), "tag-5", CancellationToken.None)).Written);
        var disk = files.Copy();
        await store.DisposeAsync();
        return (disk, written);
    }

    /// <summary>The rows; none where the file is called corrupt.</summary>
    private static async Task<List<StateRow>?> TryRead(SimulatedFileSystem disk)
    {
        // A copy: opening cuts.
        try
        {
            await using var store = await Open(disk.Copy());
            var rows = new List<StateRow>();
            foreach (var kind in (string[])["instrument", "candle-day"])
                foreach (var entry in await store.Query(new StateQuery(kind), CancellationToken.None))
                    rows.Add((await store.Read(new StateKey(kind, entry.Id), CancellationToken.None))!);
            return rows;
        }
        catch (CorruptLogException)
        {
            return null;
        }
    }

    private static ValueTask<FileStateStore> Open(SimulatedFileSystem files) =>
        FileStateStore.Open(files, new FileStateStoreOptions(), TimeProvider.System, NullLogger.Instance);
}
