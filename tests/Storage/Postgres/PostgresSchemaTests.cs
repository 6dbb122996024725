using StreamForge.Grains.State;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Tests.Support.Postgres;

namespace StreamForge.Tests.Storage.Postgres;

/// <summary>The schema is made by whoever starts first, once.</summary>
public sealed class PostgresSchemaTests
{
    [Fact]
    public async Task Processes_that_start_at_once_create_it_once()
    {
        await using var fixture = await PostgresFixture.Create();
        // Each with connections of its own, as processes have.
        var databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => fixture.Open()));
        Assert.Equal("1 2 3 4 5 6 7", await Versions(fixture));
        foreach (var database in databases)
            await database.DisposeAsync();

        await using var later = await fixture.Open();
        Assert.Equal("1 2 3 4 5 6 7", await Versions(fixture));
    }

    [Fact]
    public async Task Rows_from_before_there_were_patches_are_read_listed_and_then_patched()
    {
        await using var fixture = await PostgresFixture.Create();
        await fixture.Scalar<int>(
            "create schema streamforge; create table streamforge.schema_version ("
            + "version integer primary key, step text not null, applied_at timestamptz not null default now()); select 1");
        foreach (var (number, step) in new[] { (1, "001_state"), (2, "002_partitions"), (3, "003_losses") })
            await fixture.Scalar<int>(Step(step) + $"; insert into streamforge.schema_version values ({number}, '{step}'); select 1");
        await fixture.Scalar<int>(
            "insert into streamforge.state (kind, id, etag, schema_version, payload, written_at) "
            + "select 'book', 'i', 'a', 1, decode(repeat('ab', 20000), 'hex'), now() returning 1");

        await using var database = await fixture.Open();
        await using var store = new PostgresStateStore(database);
        var key = new StateKey("book", "i");
        var state = (await store.Read(key, CancellationToken.None))!.Payload.ToArray();
        Assert.Equal(Enumerable.Repeat((byte)0xAB, 20_000), state);
        Assert.Equal(20_000, Assert.Single(await store.Query(new StateQuery("book"), CancellationToken.None)).Bytes);
        foreach (var (from, to, patches) in new[] { ("a", "b", 0), ("b", "c", 1) })
        {
            state = [.. state];
            state[7]++;
            var write = new StateWrite { Key = key, SchemaVersion = 1, Payload = state, ExpectedETag = from, ETag = to };
            Assert.True((await store.Write(write, CancellationToken.None)).Written);
            Assert.Equal(state, (await store.Read(key, CancellationToken.None))!.Payload.ToArray());
            Assert.Equal(patches, await fixture.Scalar<int>("select patches from streamforge.state"));
        }
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        await using var fixture = await PostgresFixture.Create();
        await using (await fixture.Open())
            await fixture.Scalar<int>("insert into streamforge.schema_version values (99, 'from the future') returning 99");
        var refused = await Assert.ThrowsAsync<StateStoreException>(() => fixture.Open());
        Assert.Contains("version 99", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_one_clear_line()
    {
        var refused = await Assert.ThrowsAsync<StateStoreException>(() => PostgresDatabase.Open(
            new PostgresOptions { ConnectionString = "Host=/nowhere;Username=postgres" }, TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<PostgresDatabase>.Instance, CancellationToken.None));
        Assert.DoesNotContain('\n', refused.Message);
    }

    private static string Step(string name)
    {
        using var reader = new StreamReader(
            typeof(PostgresDatabase).Assembly.GetManifestResourceStream($"postgres-schema/{name}.sql")!);
        return reader.ReadToEnd();
    }

    private static Task<string> Versions(PostgresFixture fixture) =>
        fixture.Scalar<string>("select string_agg(version::text, ' ' order by version) from streamforge.schema_version");
}
