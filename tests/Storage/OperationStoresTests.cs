using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Tests.Support.Postgres;
using StreamForge.Tests.Support.Storage;
using StreamForge.Tests.Support.Streaming;

namespace StreamForge.Tests.Storage;

public sealed class FilePauseStoreContractTests : PauseStoreContract
{
    protected override async ValueTask<OperationStoresFixture> CreateFixture() => await OnFiles.Create();
}

public sealed class PostgresPauseStoreContractTests : PauseStoreContract
{
    protected override async ValueTask<OperationStoresFixture> CreateFixture() => await OnPostgres.Create();
}

public sealed class FileOperatorActionStoreContractTests : OperatorActionStoreContract
{
    protected override async ValueTask<OperationStoresFixture> CreateFixture() => await OnFiles.Create();
}

public sealed class PostgresOperatorActionStoreContractTests : OperatorActionStoreContract
{
    protected override async ValueTask<OperationStoresFixture> CreateFixture() => await OnPostgres.Create();

    [Theory]
    [InlineData("update streamforge.operator_action set reason = 'another'")]
    [InlineData("delete from streamforge.operator_action_end")]
    [InlineData("truncate streamforge.operator_action_end")]
    public async Task What_was_written_cannot_be_changed(string sql)
    {
        var fixture = (OnPostgres)Fixture;
        var number = await fixture.Stores.Actions.Begin(Action("pause", "op"), Cancellation);
        await fixture.Stores.Actions.End(number, Ended, Cancellation);
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fixture.Scalar(sql + "; select 1"));
        Assert.Contains("only ever added to", refused.Message, StringComparison.Ordinal);
    }
}

public sealed class FileDeadLetterIndexContractTests : DeadLetterIndexContract
{
    protected override async ValueTask<OperationStoresFixture> CreateFixture() => await OnFiles.Create();
}

public sealed class PostgresDeadLetterIndexContractTests : DeadLetterIndexContract
{
    protected override async ValueTask<OperationStoresFixture> CreateFixture() => await OnPostgres.Create();
}

/// <summary>The stores in files.</summary>
internal sealed class OnFiles(FileStoreFixture rows) : OperationStoresFixture
{
    private readonly TestIds _ids = new();

    public override OperationStores Stores => OperationStores.OnFiles(rows.Store, TimeProvider.System, _ids);

    public static async ValueTask<OperationStoresFixture> Create() => new OnFiles(await FileStoreFixture.Create(new FileStateStoreOptions()));

    public override ValueTask Reopen() => rows.Reopen();

    public override ValueTask DisposeAsync() => rows.DisposeAsync();
}

/// <summary>The stores on a real PostgreSQL.</summary>
internal sealed class OnPostgres(PostgresFixture postgres, PostgresDatabase database) : OperationStoresFixture
{
    private PostgresDatabase _database = database;

    public override OperationStores Stores => OperationStores.OnPostgres(_database);

    public Task<int> Scalar(string sql) => postgres.Scalar<int>(sql);

    public static async ValueTask<OperationStoresFixture> Create()
    {
        var postgres = await PostgresFixture.Create();
        return new OnPostgres(postgres, await postgres.Open());
    }

    public override async ValueTask Reopen()
    {
        await _database.DisposeAsync();
        _database = await postgres.Open();
    }

    public override async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await postgres.DisposeAsync();
    }
}
