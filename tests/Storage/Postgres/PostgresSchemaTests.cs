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
        Assert.Equal("1 2 3", await Versions(fixture));
        foreach (var database in databases)
            await database.DisposeAsync();

        await using var later = await fixture.Open();
        Assert.Equal("1 2 3", await Versions(fixture));
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

    private static Task<string> Versions(PostgresFixture fixture) =>
        fixture.Scalar<string>("select string_agg(version::text, ' ' order by version) from streamforge.schema_version");
}
