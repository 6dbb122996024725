using StreamForge.Grains.State;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Tests.Support.Postgres;

namespace StreamForge.Tests.Storage.Postgres;

/// <summary>Large states that change a little are stored as patches, and read as a whole.</summary>
public sealed class PostgresPatchTests : IAsyncLifetime
{
    private const int Size = 20_000;
    private static readonly StateKey Key = new("book", "i");
    private readonly Random _random = new(7);
    private PostgresFixture _fixture = null!;
    private PostgresDatabase _database = null!;
    private PostgresStateStore _store = null!;
    private byte[] _state = [];
    private int _version;

    public async ValueTask InitializeAsync()
    {
        _fixture = await PostgresFixture.Create();
        _database = await _fixture.Open();
        _store = new PostgresStateStore(_database);
        _state = new byte[Size];
        _random.NextBytes(_state);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
        if (_fixture is not null)
            await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task Changes_are_added_as_patches_until_they_have_the_bytes_of_the_state()
    {
        await WriteNext(_store, changed: 0);
        Assert.Equal((0, 0), await Form());
        var wholes = 0;
        for (var i = 1; i <= 60; i++)
        {
            await WriteNext(_store, changed: 1_000);
            await AssertStored();
            var (patches, rows) = await Form();
            Assert.Equal(patches, rows);
            if (patches == 0)
                wholes++;
        }

        // 1,000 changed bytes a write: about one write in twenty is a whole one, never two in three.
        Assert.InRange(wholes, 2, 6);
        Assert.Equal(Size, (await _store.Query(new StateQuery("book"), CancellationToken.None))[0].Bytes);
    }

    [Fact]
    public async Task Many_small_changes_do_not_make_reading_long()
    {
        await WriteNext(_store, changed: 0);
        var most = 0;
        for (var i = 1; i <= 205; i++)
        {
            await WriteNext(_store, changed: 1);
            most = Math.Max(most, (await Form()).Patches);
        }

        Assert.Equal(100, most);
        await AssertStored();
    }

    [Fact]
    public async Task The_same_ETag_over_another_state_is_noticed_and_the_next_attempt_writes_it_whole()
    {
        await WriteNext(_store, changed: 0);
        await WriteNext(_store, changed: 10);
        // Somebody puts another state under the ETag that this store knows: with as many patches, with fewer, with none.
        foreach (var tags in new string[][] { ["r1", "@"], ["r1", "r2", "@"], ["@"] })
        {
            await using (var other = new PostgresStateStore(_database))
            {
                Assert.True((await other.Delete(Key, $"v{_version}", CancellationToken.None)).Written);
                var rival = Random.Shared.GetItems(_state, Size);
                for (var i = 0; i < tags.Length; i++)
                {
                    rival = [.. rival];
                    rival[i]++;
                    Assert.True((await Put(other, i == 0 ? null : tags[i - 1], tags[i].Replace("@", $"v{_version}"), rival)).Written);
                }
            }

            await Assert.ThrowsAsync<StateStoreException>(() => WriteNext(_store, changed: 10));
            _version--;
            await WriteNext(_store, changed: 10);
            await AssertStored();
            Assert.Equal(0, (await Form()).Patches);
            await WriteNext(_store, changed: 10);
            await AssertStored();
            Assert.Equal(1, (await Form()).Patches);
        }
    }

    [Fact]
    public async Task A_conflict_and_a_repeated_write_meet_patched_rows_as_any_others()
    {
        await WriteNext(_store, changed: 0);
        await WriteNext(_store, changed: 10);
        Assert.Equal(new WriteOutcome(false, "v2"), await Put(_store, "v1", "late", _state));
        Assert.True((await Put(_store, "v1", "v2", _state)).Written);
        await AssertStored();
        await WriteNext(_store, changed: 10);
        await AssertStored();

        Assert.True((await _store.Delete(Key, $"v{_version}", CancellationToken.None)).Written);
        Assert.Null(await _store.Read(Key, CancellationToken.None));
        Assert.Equal(0L, await _fixture.Scalar<long>("select count(*) from streamforge.state_patch"));
    }

    [Fact]
    public async Task Without_memory_for_it_states_are_written_whole()
    {
        foreach (var memory in new long[] { 0, Size - 1 })
        {
            await using var database = await _fixture.Open(new PostgresOptions { PatchMemoryBytes = memory });
            await using var store = new PostgresStateStore(database);
            for (var i = 0; i < 3; i++)
            {
                await WriteNext(store, changed: 10);
                Assert.Equal((0, 0), await Form());
            }

            await AssertStored();
        }
    }

    [Fact]
    public async Task A_damaged_patch_is_told_and_never_read_as_a_state()
    {
        await WriteNext(_store, changed: 0);
        await WriteNext(_store, changed: 10);
        await WriteNext(_store, changed: 10);
        await _fixture.Scalar<int>("update streamforge.state_patch set patch = set_byte(patch, 12, get_byte(patch, 12) # 1) returning 1");
        await Assert.ThrowsAsync<UnreadableStateException>(async () => await _store.Read(Key, CancellationToken.None));
        await _fixture.Scalar<int>("delete from streamforge.state_patch where number = 2 returning 1");
        await Assert.ThrowsAsync<UnreadableStateException>(async () => await _store.Read(Key, CancellationToken.None));
    }

    [Fact]
    public async Task A_damaged_base_is_told_too()
    {
        await WriteNext(_store, changed: 0);
        await _fixture.Scalar<int>("update streamforge.state set base = set_byte(base, 12, get_byte(base, 12) # 1) returning 1");
        await Assert.ThrowsAsync<UnreadableStateException>(async () => await _store.Read(Key, CancellationToken.None));
    }

    private async Task WriteNext(PostgresStateStore store, int changed)
    {
        _state = [.. _state];
        if (changed > 0)
            _random.NextBytes(_state.AsSpan(_random.Next(Size - changed), changed));
        var expected = _version == 0 ? null : $"v{_version}";
        Assert.True((await Put(store, expected, $"v{++_version}", _state)).Written);
    }

    private static Task<WriteOutcome> Put(PostgresStateStore store, string? expected, string etag, byte[] state) => store.Write(
        new StateWrite
        {
            Key = Key, SchemaVersion = 1, Payload = state, ExpectedETag = expected, ETag = etag, Index = new StateIndex("binance", "live"),
        },
        CancellationToken.None).AsTask();

    private async Task AssertStored()
    {
        var row = await _store.Read(Key, CancellationToken.None);
        Assert.Equal($"v{_version}", row!.ETag);
        Assert.True(row.Payload.Span.SequenceEqual(_state), $"version {_version} reads as something else");
    }

    /// <summary>How many patches the row counts, and how many of these there are.</summary>
    private async Task<(int Patches, int Rows)> Form() => (
        await _fixture.Scalar<int>("select patches from streamforge.state"),
        await _fixture.Scalar<int>("select count(*)::integer from streamforge.state_patch p join streamforge.state s using (kind, id) where p.number <= s.patches"));
}
