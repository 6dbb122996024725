using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Tests.Support.Postgres;
using StreamForge.Tests.Support.Storage;

namespace StreamForge.Tests.Storage.Postgres;

/// <summary>The contract of the state store, on a real PostgreSQL.</summary>
public sealed class PostgresStateStoreContractTests : StateStoreContract
{
    protected override async ValueTask<StateStoreFixture> CreateFixture()
    {
        var postgres = await PostgresFixture.Create();
        return new Fixtures(postgres, await postgres.Open());
    }

    private sealed class Fixtures(PostgresFixture postgres, PostgresDatabase database) : StateStoreFixture
    {
        private PostgresDatabase _database = database;
        private PostgresStateStore _store = new(database);

        public override IStateStore Store => _store;

        public override async ValueTask Reopen()
        {
            await Close();
            _database = await postgres.Open();
            _store = new PostgresStateStore(_database);
        }

        public override async ValueTask DisposeAsync()
        {
            await Close();
            await postgres.DisposeAsync();
        }

        private async ValueTask Close()
        {
            await _store.DisposeAsync();
            await _database.DisposeAsync();
        }
    }
}

/// <summary>The contract of the partition store, on a real PostgreSQL.</summary>
public sealed class PostgresPartitionStoreContractTests : PartitionStoreContract
{
    protected override async ValueTask<PartitionStoreFixture> CreateFixture()
    {
        var postgres = await PostgresFixture.Create();
        return new Fixtures(postgres, await postgres.Open());
    }

    private sealed class Fixtures(PostgresFixture postgres, PostgresDatabase database) : PartitionStoreFixture
    {
        private PostgresDatabase _database = database;

        public override IPartitionStore Store => new PostgresPartitionStore(_database);

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
}
