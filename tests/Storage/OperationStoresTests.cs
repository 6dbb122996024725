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
