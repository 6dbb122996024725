using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Grains.State;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;
using StreamForge.Tests.Support.Streaming;

namespace StreamForge.Tests.Storage;

public sealed class CheckpointGrainStorageTests : IAsyncLifetime
{
    private const string Name = "note";
    private static readonly GrainId Id = GrainId.Create("note", "binance:BTCUSDT");
    private readonly SimulatedFileSystem _files = new();
    private FileStateStore _store = null!;
    private CheckpointGrainStorage _storage = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await FileStateStore.Open(_files, new FileStateStoreOptions(), TimeProvider.System, NullLogger.Instance);
        _storage = new CheckpointGrainStorage(
            _store,
            new CheckpointStorageOptions { Attempts = 2, Backoff = TimeSpan.FromMilliseconds(1) },
            TimeProvider.System,
            new TestIds(),
            NullLogger<CheckpointGrainStorage>.Instance);
    }

    public async ValueTask DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task A_state_comes_back_with_its_columns()
    {
        var written = await Read();
        Assert.False(written.RecordExists);
        Assert.Equal("", written.State!.Text);
        written.State!.Text = "hello";
        await _storage.WriteStateAsync(Name, Id, written);
        Assert.True(written.RecordExists);

        var read = await Read();
        Assert.Equal(("hello", written.ETag, true), (read.State!.Text, read.ETag, read.RecordExists));
        var entry = Assert.Single(await _store.Query(new StateQuery(Name, Scope: "hello"), CancellationToken.None));
        Assert.Equal("binance:BTCUSDT", entry.Id);
    }

    [Fact]
    public async Task What_is_written_is_what_the_state_was_when_the_write_began()
    {
        var grain = await Read();
        grain.State!.Text = "then";
        var release = new TaskCompletionSource();
        _files.Before = async (_, _) => await release.Task;
        var writing = _storage.WriteStateAsync(Name, Id, grain);
        grain.State!.Text = "now";
        release.SetResult();
        await writing;
        Assert.Equal("then", (await Read()).State!.Text);
    }

    [Fact]
    public async Task A_rival_s_write_makes_the_memory_void()
    {
        var zombie = await Read();
        var owner = await Read();
        await _storage.WriteStateAsync(Name, Id, owner);
        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.WriteStateAsync(Name, Id, zombie));
        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.ClearStateAsync(Name, Id, new GrainState<Note>(new Note(), "other")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_unknown_outcome_is_settled_by_the_next_write(bool isSameState)
    {
        var grain = await Read();
        grain.State!.Text = "first";
        var storage = Over(new LostAnswers(_store) { AnswersToLose = 2 });
        await Assert.ThrowsAsync<StateStoreException>(() => storage.WriteStateAsync(Name, Id, grain));
        Assert.Equal("first", (await Read()).State!.Text);

        if (!isSameState)
            grain.State!.Text = "second";
        await storage.WriteStateAsync(Name, Id, grain);
        var read = await Read();
        Assert.Equal((grain.State!.Text, grain.ETag), (read.State!.Text, read.ETag));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unknown_outcomes_in_a_row_are_settled_by_the_next_that_ends_well(bool clears)
    {
        var grain = await Read();
        grain.State!.Text = "first";
        var lost = new LostAnswers(_store) { AnswersToLose = 2 };
        var storage = Over(lost);
        await Assert.ThrowsAsync<StateStoreException>(() => storage.WriteStateAsync(Name, Id, grain));
        // The first has arrived; the second, which goes on from it, never does.
        (grain.State!.Text, lost.RequestsToLose) = ("second", 2);
        await Assert.ThrowsAsync<StateStoreException>(() => storage.WriteStateAsync(Name, Id, grain));
        Assert.Equal("first", (await Read()).State!.Text);

        grain.State!.Text = "third";
        if (clears)
            await storage.ClearStateAsync(Name, Id, grain);
        else
            await storage.WriteStateAsync(Name, Id, grain);
        var read = await Read();
        Assert.Equal(clears ? (false, "", null) : (true, "third", grain.ETag), (read.RecordExists, read.State!.Text, read.ETag));
    }

    [Fact]
    public async Task A_storage_that_fails_for_a_moment_is_asked_again()
    {
        var grain = await Read();
        grain.State!.Text = "x";
        var left = 1;
        _files.Before = (_, _) => Interlocked.Decrement(ref left) == 0 ? throw new IOException("for a moment") : ValueTask.CompletedTask;
        await _storage.WriteStateAsync(Name, Id, grain);
        Assert.Equal("x", (await Read()).State!.Text);
    }

    [Fact]
    public async Task A_state_of_a_newer_schema_is_refused_and_stays()
    {
        var future = new StateWrite
        {
            Key = new StateKey(Name, "binance:BTCUSDT"),
            SchemaVersion = 2,
            Payload = "of the future"u8.ToArray(),
            ETag = "future",
        };
        await _store.Write(future, CancellationToken.None);
        var grain = new GrainState<Note>(new Note());
        var refused = await Assert.ThrowsAsync<UnreadableStateException>(() => _storage.ReadStateAsync(Name, Id, grain));
        Assert.Contains("schema 2", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.WriteStateAsync(Name, Id, grain));
        Assert.Equal("future", await _store.CurrentETag(Name, "binance:BTCUSDT", CancellationToken.None));
    }

    [Fact]
    public async Task A_cleared_state_is_gone()
    {
        var grain = await Read();
        grain.State!.Text = "x";
        await _storage.WriteStateAsync(Name, Id, grain);
        await _storage.ClearStateAsync(Name, Id, grain);
        Assert.Equal((false, ""), (grain.RecordExists, grain.State!.Text));
        Assert.False((await Read()).RecordExists);
        await _storage.WriteStateAsync(Name, Id, grain);
        Assert.True((await Read()).RecordExists);
    }

    private static CheckpointGrainStorage Over(IStateStore store) => new(
        store,
        new CheckpointStorageOptions { Attempts = 2, Backoff = TimeSpan.FromMilliseconds(1) },
        TimeProvider.System,
        new TestIds(9),
        NullLogger<CheckpointGrainStorage>.Instance);

    private async Task<GrainState<Note>> Read()
    {
        var grain = new GrainState<Note>(new Note());
        await _storage.ReadStateAsync(Name, Id, grain);
        return grain;
    }

    /// <summary>A state of one text.</summary>
    private sealed class Note : IStoredState
    {
        public string Text { get; set; } = "";

        public int SchemaVersion => 1;

        public StateIndex Index => new(Text, null);

        public void Write(IBufferWriter<byte> output) => output.Write(Encoding.UTF8.GetBytes(Text));

        public void Read(ReadOnlySpan<byte> input, int schemaVersion) => Text = Encoding.UTF8.GetString(input);
    }

    /// <summary>A real store whose answers get lost on the way: the writes arrive, but for those that are to get lost themselves.</summary>
    private sealed class LostAnswers(FileStateStore store) : IStateStore
    {
        public int AnswersToLose { get; set; }

        /// <summary>Writes that do not even arrive.</summary>
        public int RequestsToLose { get; set; }

        public ValueTask<StateRow?> Read(StateKey key, CancellationToken cancellation) => store.Read(key, cancellation);

        public async ValueTask<WriteOutcome> Write(StateWrite write, CancellationToken cancellation)
        {
            if (RequestsToLose-- > 0)
                throw new StateStoreException("the request got lost");
            var outcome = await store.Write(write, cancellation);
            return AnswersToLose-- > 0 ? throw new StateStoreException("the answer got lost") : outcome;
        }

        public ValueTask<WriteOutcome> Delete(StateKey key, string expectedETag, CancellationToken cancellation) =>
            store.Delete(key, expectedETag, cancellation);

        public ValueTask<IReadOnlyList<StateEntry>> Query(StateQuery query, CancellationToken cancellation) => store.Query(query, cancellation);

        public ValueTask<string?> CurrentETag(string kind, string id, CancellationToken cancellation) =>
            store.CurrentETag(kind, id, cancellation);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
