using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Tests.Support;

namespace StreamForge.Tests.Storage;

/// <summary>The store of files beside a model, through failing disks, crashes and compaction.</summary>
public sealed class StateStoreCrashTests(ITestOutputHelper output)
{
    private const string Kind = "kind";
    private static readonly FileStateStoreOptions Small = new()
    {
        SegmentBytes = 4_000, CompactAboveBytes = 8_000, CompactAboveRatio = 1.5, CompactSliceBytes = 1_500,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task What_was_acknowledged_is_there_and_what_is_there_was_written(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var files = new SimulatedFileSystem();
        var model = new Dictionary<string, Row>();
        var tags = 0;
        var acknowledged = 0;
        for (var life = 0; life < 15; life++)
        {
            files.Before = null;
            var store = await Open(files, Small);
            foreach (var (id, row) in model)
                await row.Check(store, id);
            var left = random.Next(1, 150);
            var tear = random.Next();
            files.Before = (_, _) =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                    files.Crash(new Random(tear));
                return ValueTask.CompletedTask;
            };

            var isUp = true;
            while (isUp)
            {
                var ids = Enumerable.Range(0, random.Next(1, 12)).Select(_ => string.Create(null, $"row-{random.Next(25)}")).Distinct();
                var writes = ids.Select(id => Change(store, model, id, random.Next(10) == 0, ++tags, random.Next(600))).ToList();
                var outcomes = await Task.WhenAll(writes);
                acknowledged += outcomes.Count(isWritten => isWritten);
                isUp = outcomes.All(isWritten => isWritten);
            }

            await store.DisposeAsync();
        }

        files.Before = null;
        await using var last = await Open(files, Small);
        foreach (var (id, row) in model)
            await row.Check(last, id);
        output.WriteLine($"{acknowledged} writes acknowledged");
        Assert.True(acknowledged > 100, "the lives were too short to say anything");
    }

    [Fact]
    public async Task Compaction_bounds_the_files_while_writes_go_on()
    {
        var files = new SimulatedFileSystem();
        await using var store = await Open(files, Small);
        var model = new Dictionary<string, Row>();
        for (var round = 0; round < 400; round++)
        {
            var writes = Enumerable.Range(0, 10).Select(i => Change(store, model, string.Create(null, $"row-{i}"), false, (round * 10) + i, 150));
            Assert.All(await Task.WhenAll(writes), Assert.True);
        }

        await Eventually.Holds(() => Bytes(files) < 3 * Small.CompactAboveBytes, TimeSpan.FromSeconds(30), "old versions are compacted away");
        Assert.NotEqual("00000000000000000000.seg", files.Files("")[0]);
        foreach (var (id, row) in model)
            await row.Check(store, id);
    }

    [Fact]
    public async Task A_deleted_row_stays_deleted_through_compaction_and_restart()
    {
        var files = new SimulatedFileSystem();
        var model = new Dictionary<string, Row>();
        await using (var store = await Open(files, Small))
        {
            Assert.True(await Change(store, model, "gone", false, 1, 100));
            Assert.True(await Change(store, model, "gone", true, 2, 0));
            for (var i = 0; i < 300; i++)
                Assert.True(await Change(store, model, "other", false, 10 + i, 200));
        }

        await using var again = await Open(files, Small);
        Assert.Null(await again.Read(new StateKey(Kind, "gone"), CancellationToken.None));
        await model["other"].Check(again, "other");
    }

    [Fact]
    public async Task A_failing_disk_fails_the_write_and_the_same_write_succeeds_later()
    {
        var files = new SimulatedFileSystem();
        await using var store = await Open(files, new FileStateStoreOptions());
        files.Before = (operation, _) => operation == DiskOperation.Sync ? throw new IOException("the disk is full") : ValueTask.CompletedTask;
        var write = Write("a", null, "tag", 100);
        await Assert.ThrowsAsync<StateStoreException>(async () => await store.Write(write, CancellationToken.None));
        Assert.Null(await store.Read(write.Key, CancellationToken.None));
        files.Before = null;
        Assert.True((await store.Write(write, CancellationToken.None)).Written);
        Assert.Equal("tag", (await store.Read(write.Key, CancellationToken.None))!.ETag);
    }

    [Fact]
    public async Task Writes_that_come_together_share_a_sync()
    {
        var files = new SimulatedFileSystem();
        await using var store = await Open(files, new FileStateStoreOptions());
        var release = new TaskCompletionSource();
        files.Before = async (operation, _) =>
        {
            if (operation == DiskOperation.Append)
                await release.Task;
        };
        var writes = Enumerable.Range(0, 500).Select(i => store.Write(Write($"{i}", null, "t", 50), CancellationToken.None).AsTask()).ToList();
        var before = files.Syncs;
        release.SetResult();
        Assert.All(await Task.WhenAll(writes), o => Assert.True(o.Written));
        Assert.InRange(files.Syncs - before, 1, 3);
    }

    [Fact]
    public async Task Damage_before_the_last_write_is_named_and_the_tail_of_a_crash_is_cut()
    {
        var files = new SimulatedFileSystem();
        await using var store = await Open(files, new FileStateStoreOptions());
        await store.Write(Write("a", null, "t", 50), CancellationToken.None);
        await store.Write(Write("b", null, "t", 50), CancellationToken.None);
        var whole = files.ReadFile("00000000000000000000.seg");

        await using (var torn = await Open(With(whole[..^1]), new FileStateStoreOptions()))
        {
            Assert.NotNull(await torn.Read(new StateKey(Kind, "a"), CancellationToken.None));
            Assert.Null(await torn.Read(new StateKey(Kind, "b"), CancellationToken.None));
        }

        whole[30] ^= 0x01;
        var damage = await Assert.ThrowsAsync<CorruptLogException>(async () => await Open(With(whole), new FileStateStoreOptions()));
        Assert.Contains("00000000000000000000.seg", damage.Message, StringComparison.Ordinal);
    }

    private static SimulatedFileSystem With(byte[] segment)
    {
        var files = new SimulatedFileSystem();
        files.WriteFile("00000000000000000000.seg", segment);
        return files;
    }

    private static long Bytes(SimulatedFileSystem files)
    {
        var sum = 0L;
        foreach (var name in files.Files(""))
            sum += files.LengthOf(name);
        return sum;
    }

    private static ValueTask<FileStateStore> Open(SimulatedFileSystem files, FileStateStoreOptions options) =>
        FileStateStore.Open(files, options, TimeProvider.System, NullLogger.Instance);

    private static StateWrite Write(string id, string? expected, string tag, int bytes) => new()
    {
        Key = new StateKey(Kind, id),
        SchemaVersion = 1,
        Payload = System.Text.Encoding.UTF8.GetBytes(tag + new string('.', bytes)),
        ExpectedETag = expected,
        ETag = tag,
    };

    /// <summary>Writes or deletes a row as the model knows it; false where the store does not know whether it did.</summary>
    private static async Task<bool> Change(
        FileStateStore store, Dictionary<string, Row> model, string id, bool isDeletion, int number, int bytes)
    {
        if (!model.TryGetValue(id, out var row))
            model.Add(id, row = new Row());
        var tag = isDeletion ? null : string.Create(null, $"tag-{number}");
        row.Attempted = tag;
        try
        {
            var outcome = tag is not null
                ? await store.Write(Write(id, row.Known, tag, bytes), CancellationToken.None)
                : await store.Delete(new StateKey(Kind, id), row.Known ?? "none", CancellationToken.None);
            Assert.True(outcome.Written, $"{id}: {outcome.StoredETag} is stored where {row.Known} was");
            row.Known = tag;
            return true;
        }
        catch (StateStoreException)
        {
            return false;
        }
    }

    /// <summary>What is known to be stored, and what was attempted last: the one or the other is.</summary>
    private sealed class Row
    {
        public string? Known { get; set; }

        public string? Attempted { get; set; }

        public async Task Check(FileStateStore store, string id)
        {
            var stored = await store.Read(new StateKey(Kind, id), CancellationToken.None);
            Assert.True(
                stored?.ETag == Known || stored?.ETag == Attempted, $"{id}: {stored?.ETag} is stored, not {Known} or {Attempted}");
            if (stored is not null)
                Assert.StartsWith(stored.ETag, System.Text.Encoding.UTF8.GetString(stored.Payload.Span), StringComparison.Ordinal);
            Known = Attempted = stored?.ETag;
        }
    }
}
