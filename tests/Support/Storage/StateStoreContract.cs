using StreamForge.Grains.State;
using StreamForge.Silo.Storage;

namespace StreamForge.Tests.Support.Storage;

/// <summary>A state store under test.</summary>
public abstract class StateStoreFixture : IAsyncDisposable
{
    /// <summary>The store; another object after <see cref="Reopen"/>.</summary>
    public abstract IStateStore Store { get; }

    /// <summary>Closes the store and opens it again over the same data, as after a restart of the process.</summary>
    public abstract ValueTask Reopen();

    public abstract ValueTask DisposeAsync();
}

/// <summary>What every state store does. A test project derives a class for each implementation.</summary>
public abstract partial class StateStoreContract : IAsyncLifetime
{
    private static int _lastKind;
    private readonly string _kind = string.Create(null, $"kind{Interlocked.Increment(ref _lastKind)}-{Environment.ProcessId}");
    private int _lastTag;

    protected StateStoreFixture Fixture { get; private set; } = null!;

    private IStateStore Store => Fixture.Store;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A fixture over an empty store, or one whose rows of other kinds do not matter.</summary>
    protected abstract ValueTask<StateStoreFixture> CreateFixture();

    public async ValueTask InitializeAsync() => Fixture = await CreateFixture();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Fixture is not null)
            await Fixture.DisposeAsync();
    }

    [Fact]
    public async Task A_row_that_was_never_written_is_not_there()
    {
        Assert.Null(await Store.Read(Key("nobody"), Cancellation));
        Assert.Null(await Store.CurrentETag(_kind, "nobody", Cancellation));
    }

    [Fact]
    public async Task A_row_comes_back_as_it_was_written_and_outlives_a_restart()
    {
        var write = Write("kraken:XBT-USD", null) with { SchemaVersion = 7 };
        Assert.Equal(new WriteOutcome(true, null), await Store.Write(write, Cancellation) with { StoredETag = null });
        await IsStored(write);
        await Fixture.Reopen();
        await IsStored(write);
        Assert.Equal(write.ETag, await Store.CurrentETag(_kind, "kraken:XBT-USD", Cancellation));
    }

    [Fact]
    public async Task A_write_replaces_the_row_that_it_expects()
    {
        var first = await Written(Write("a", null));
        var second = await Written(Write("a", first.ETag));
        await IsStored(second);
    }

    [Fact]
    public async Task A_write_that_expects_no_row_fails_where_there_is_one()
    {
        var first = await Written(Write("a", null));
        var outcome = await Store.Write(Write("a", null), Cancellation);
        Assert.Equal(new WriteOutcome(false, first.ETag), outcome);
        await IsStored(first);
    }

    [Fact]
    public async Task A_write_that_expects_another_row_fails_and_names_what_is_stored()
    {
        var first = await Written(Write("a", null));
        var second = await Written(Write("a", first.ETag));
        Assert.Equal(new WriteOutcome(false, second.ETag), await Store.Write(Write("a", first.ETag), Cancellation));
        Assert.Equal(new WriteOutcome(false, null), await Store.Write(Write("absent", "some"), Cancellation));
        await IsStored(second);
        Assert.Null(await Store.Read(Key("absent"), Cancellation));
    }

    [Fact]
    public async Task A_repeated_attempt_of_a_write_that_succeeded_succeeds()
    {
        var first = await Written(Write("a", null));
        Assert.True((await Store.Write(first, Cancellation)).Written);
        var second = await Written(Write("a", first.ETag));
        Assert.True((await Store.Write(second, Cancellation)).Written);
        await IsStored(second);
        Assert.False((await Store.Write(first, Cancellation)).Written, "an attempt that was overtaken");
    }

    [Fact]
    public async Task A_conflict_fails_its_own_row_only()
    {
        const int rows = 200;
        var stored = await Task.WhenAll(Enumerable.Range(0, rows).Select(i => Written(Write(Id(i), null))));
        var writes = stored.Select((row, i) => Write(Id(i), i % 3 == 0 ? "stale" : row.ETag)).ToList();
        var outcomes = await Task.WhenAll(writes.Select(w => Store.Write(w, Cancellation).AsTask()));
        for (var i = 0; i < rows; i++)
        {
            Assert.Equal(i % 3 != 0, outcomes[i].Written);
            await IsStored(i % 3 == 0 ? stored[i] : writes[i]);
        }
    }

    [Fact]
    public async Task Of_writers_at_once_that_expect_the_same_one_wins()
    {
        var first = await Written(Write("contended", null));
        var writes = Enumerable.Range(0, 20).Select(_ => Write("contended", first.ETag)).ToList();
        var outcomes = await Task.WhenAll(writes.Select(w => Task.Run(async () => await Store.Write(w, Cancellation))));
        var winner = Assert.Single(Enumerable.Range(0, writes.Count), i => outcomes[i].Written);
        await IsStored(writes[winner]);
    }

    [Fact]
    public async Task A_row_may_have_a_megabyte_or_nothing()
    {
        var payload = new byte[1 << 20];
        for (var i = 0; i < payload.Length; i++)
            payload[i] = (byte)((i * 7) ^ (i >> 9));
        var large = await Written(Write("large", null) with { Payload = payload });
        var empty = await Written(Write("empty", null) with { Payload = ReadOnlyMemory<byte>.Empty });
        await IsStored(large);
        await IsStored(empty);
        await Fixture.Reopen();
        await IsStored(large);
        await IsStored(empty);
    }

    [Fact]
    public async Task Ids_and_kinds_of_any_characters_are_kept_apart()
    {
        var ids = new[] { "a", "A", "a ", "ä", "a/b", "a'b\"c", "日本", new string('x', 512) };
        var written = await Task.WhenAll(ids.Select(id => Written(Write(id, null))));
        foreach (var row in written)
            await IsStored(row);
        Assert.Null(await Store.Read(new StateKey(_kind + "x", "a"), Cancellation));
    }

    [Fact]
    public async Task A_row_is_deleted_under_its_condition()
    {
        var row = await Written(Write("a", null));
        Assert.Equal(new WriteOutcome(false, row.ETag), await Store.Delete(row.Key, "stale", Cancellation));
        await IsStored(row);
        Assert.True((await Store.Delete(row.Key, row.ETag, Cancellation)).Written);
        Assert.Null(await Store.Read(row.Key, Cancellation));
        Assert.True((await Store.Delete(row.Key, row.ETag, Cancellation)).Written, "a row that is not there counts as deleted");
        await Fixture.Reopen();
        Assert.Null(await Store.Read(row.Key, Cancellation));
        await IsStored(await Written(Write("a", null)));
    }

    private static string Id(int i) => string.Create(null, $"id-{i:D5}");

    private StateKey Key(string id) => new(_kind, id);

    private StateWrite Write(string id, string? expected)
    {
        var tag = string.Create(null, $"tag-{Interlocked.Increment(ref _lastTag)}");
        return new StateWrite
        {
            Key = Key(id),
            SchemaVersion = 1,
            Payload = System.Text.Encoding.UTF8.GetBytes(tag + " of " + id),
            ExpectedETag = expected,
            ETag = tag,
            Index = new StateIndex("scope", "status", _lastTag, null),
        };
    }

    private async Task<StateWrite> Written(StateWrite write)
    {
        Assert.True((await Store.Write(write, Cancellation)).Written);
        return write;
    }

    private async Task IsStored(StateWrite write)
    {
        var row = await Store.Read(write.Key, Cancellation);
        Assert.NotNull(row);
        Assert.Equal(write.Key, row.Key);
        Assert.Equal(write.ETag, row.ETag);
        Assert.Equal(write.SchemaVersion, row.SchemaVersion);
        Assert.True(write.Payload.Span.SequenceEqual(row.Payload.Span), $"the payload of {write.Key} differs");
    }
}
