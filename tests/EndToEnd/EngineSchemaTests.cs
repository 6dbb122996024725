using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;
using StreamForge.Hosting;
using StreamForge.SiloHost;
using StreamForge.Tests.Support.Postgres;

namespace StreamForge.Tests.EndToEnd;

/// <summary>
/// The tables of the engine's providers and the statements that those run, by key and with parameters of the types that they give.
/// </summary>
public class EngineSchemaTests
{
    private static readonly DateTime Now = DateTime.UtcNow;

    [Fact]
    public async Task Silos_that_start_at_once_create_it_once()
    {
        await using var fixture = await PostgresFixture.Create();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Ensure(fixture)));
        await Ensure(fixture);
        Assert.Equal(1, await fixture.Scalar<long>("select count(*) from orleans.schema_version"));
    }

    [Fact]
    public async Task A_change_of_members_counts_for_who_knew_the_version_alone()
    {
        await using var fixture = await PostgresFixture.Create();
        await using var engine = await Engine.Open(fixture);
        Assert.True(await engine.Scalar<bool>("InsertMembershipVersionKey", Of("DeploymentId", "c")));
        Assert.False(await engine.Scalar<bool>("InsertMembershipVersionKey", Of("DeploymentId", "c")));

        Assert.True(await engine.Scalar<bool>("InsertMembershipKey", Member(1, version: 0)));
        Assert.False(await engine.Scalar<bool>("InsertMembershipKey", Member(2, version: 0)));
        Assert.False(await engine.Scalar<bool>("InsertMembershipKey", Member(1, version: 1)));
        Assert.True(await engine.Scalar<bool>("InsertMembershipKey", Member(2, version: 1)));
        Assert.False(await engine.Scalar<bool>("UpdateMembershipKey", Changed(2, status: 6, version: 1)));
        Assert.True(await engine.Scalar<bool>("UpdateMembershipKey", Changed(2, status: 6, version: 2)));
        Assert.False(await engine.Scalar<bool>("UpdateMembershipKey", Changed(3, status: 6, version: 3)));

        Assert.Equal([(3, 1, 3), (3, 2, 6)], await engine.Members(Of("DeploymentId", "c")));
        Assert.Equal(1, await engine.Count("GatewaysQueryKey", [.. Of("DeploymentId", "c"), .. Of("Status", 3)]));
        await engine.Run("CleanupDefunctSiloEntriesKey", [.. Of("DeploymentId", "c"), .. Of("IAmAliveTime", Now.AddMinutes(1))]);
        Assert.Equal([(3, 1, 3)], await engine.Members(Of("DeploymentId", "c")));
        await engine.Run("DeleteMembershipTableEntriesKey", Of("DeploymentId", "c"));
        Assert.Empty(await engine.Members(Of("DeploymentId", "c")));
    }

    [Fact]
    public async Task Of_many_who_change_the_members_at_once_one_does()
    {
        await using var fixture = await PostgresFixture.Create();
        await using var engine = await Engine.Open(fixture);
        await engine.Scalar<bool>("InsertMembershipVersionKey", Of("DeploymentId", "c"));
        var done = await Task.WhenAll(Enumerable.Range(1, 16).Select(port => engine.Scalar<bool>("InsertMembershipKey", Member(port, version: 0))));
        Assert.Single(done, true);
    }

    [Fact]
    public async Task Reminders_are_found_by_grain_and_by_range_and_change_under_their_version()
    {
        await using var fixture = await PostgresFixture.Create();
        await using var engine = await Engine.Open(fixture);
        Assert.Equal(0, await engine.Scalar<int>("UpsertReminderRowKey", Reminder("a", -5)));
        Assert.Equal(1, await engine.Scalar<int>("UpsertReminderRowKey", Reminder("a", -5)));
        Assert.Equal(0, await engine.Scalar<int>("UpsertReminderRowKey", Reminder("b", 5)));

        NpgsqlParameter[] Range(int begin, int end) => [.. Of("ServiceId", "s"), .. Of("BeginHash", begin), .. Of("EndHash", end)];
        Assert.Equal(1, await engine.Count("ReadRangeRows1Key", Range(-5, 5)));
        Assert.Equal(2, await engine.Count("ReadRangeRows1Key", Range(-6, 5)));
        Assert.Equal(1, await engine.Count("ReadRangeRows2Key", Range(5, -5)));
        Assert.Equal(1, await engine.Count("ReadReminderRowsKey", [.. Of("ServiceId", "s"), .. Of("GrainId", "a")]));

        NpgsqlParameter[] One(int version) => [.. Of("ServiceId", "s"), .. Of("GrainId", "a"), .. Of("ReminderName", "r"), .. Of("Version", version)];
        Assert.Equal(1, await engine.Count("ReadReminderRowKey", One(0)));
        Assert.False(await engine.Scalar<bool>("DeleteReminderRowKey", One(0)));
        Assert.True(await engine.Scalar<bool>("DeleteReminderRowKey", One(1)));
        await engine.Run("DeleteReminderRowsKey", Of("ServiceId", "s"));
        Assert.Equal(0, await fixture.Scalar<long>("select count(*) from orleans.reminder"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("key")]
    public async Task Grain_state_is_written_under_its_version_alone(string? key)
    {
        await using var fixture = await PostgresFixture.Create();
        await using var engine = await Engine.Open(fixture);
        Assert.Equal(1, await engine.Scalar<int>("WriteToStorageKey", State(key, null)));
        // Nothing, or what was given: that is how the provider learns of a conflict.
        Assert.Equal(DBNull.Value, await engine.Scalar<object>("WriteToStorageKey", State(key, null)));
        Assert.Equal(2, await engine.Scalar<int>("WriteToStorageKey", State(key, 1)));
        Assert.Equal(1, await engine.Scalar<int>("WriteToStorageKey", State(key, 1)));
        Assert.Equal(1, await engine.Count("ReadFromStorageKey", State(key, null)));
        Assert.Equal(1, await engine.Scalar<int>("ClearStorageKey", State(key, 1)));
        Assert.Equal(3, await engine.Scalar<int>("ClearStorageKey", State(key, 2)));
        Assert.Equal(0, await engine.Count("ReadFromStorageKey", State("another", null)));
    }

    private static Task Ensure(PostgresFixture fixture) =>
        EngineSchema.Ensure(new ClusterSettings { ConnectionString = fixture.ConnectionString }, NullLogger.Instance, CancellationToken.None);

    private static NpgsqlParameter[] Of(string name, object value) => [new(name, value)];

    private static NpgsqlParameter[] Address(int port) =>
        [.. Of("DeploymentId", "c"), .. Of("Address", "127.0.0.1"), .. Of("Port", port), .. Of("Generation", 1)];

    private static NpgsqlParameter[] Member(int port, int version) =>
    [
        .. Address(port), .. Of("SiloName", "n"), .. Of("HostName", "h"), .. Of("Status", 3), .. Of("ProxyPort", 30000),
        .. Of("StartTime", Now), .. Of("IAmAliveTime", Now), .. Of("Version", version),
    ];

    private static NpgsqlParameter[] Changed(int port, int status, int version) =>
    [
        .. Address(port), .. Of("Status", status), .. Of("IAmAliveTime", Now), .. Of("Version", version),
        new("SuspectTimes", NpgsqlDbType.Text) { Value = DBNull.Value },
    ];

    private static NpgsqlParameter[] Reminder(string grain, int hash) =>
    [
        .. Of("ServiceId", "s"), .. Of("GrainId", grain), .. Of("ReminderName", "r"), .. Of("StartTime", Now), .. Of("Period", 1_000),
        .. Of("GrainHash", hash),
    ];

    private static NpgsqlParameter[] State(string? key, int? version) =>
    [
        .. Of("GrainIdHash", 1), .. Of("GrainIdN0", 2L), .. Of("GrainIdN1", 3L), .. Of("GrainTypeHash", 4), .. Of("GrainTypeString", "t"),
        new("GrainIdExtensionString", NpgsqlDbType.Text) { Value = (object?)key ?? DBNull.Value },
        .. Of("ServiceId", "s"),
        new("GrainStateVersion", NpgsqlDbType.Integer) { Value = (object?)version ?? DBNull.Value },
        .. Of("PayloadBinary", new byte[] { 1, 2, 3 }),
    ];

    /// <summary>Runs the statements as the providers do: by key, in their schema.</summary>
    private sealed class Engine : IAsyncDisposable
    {
        private readonly NpgsqlDataSource _source;
        private readonly Dictionary<string, string> _statements = [];

        private Engine(NpgsqlDataSource source) => _source = source;

        public static async Task<Engine> Open(PostgresFixture fixture)
        {
            await Ensure(fixture);
            var settings = new ClusterSettings { ConnectionString = fixture.ConnectionString };
            var engine = new Engine(NpgsqlDataSource.Create(settings.ProviderConnectionString));
            await using var command = engine._source.CreateCommand("SELECT QueryKey, QueryText FROM OrleansQuery");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                engine._statements[reader.GetString(0)] = reader.GetString(1);
            return engine;
        }

        public async Task<T> Scalar<T>(string key, NpgsqlParameter[] parameters)
        {
            await using var command = Command(key, parameters);
            return (T)(await command.ExecuteScalarAsync())!;
        }

        public async Task Run(string key, NpgsqlParameter[] parameters)
        {
            await using var command = Command(key, parameters);
            await command.ExecuteNonQueryAsync();
        }

        public async Task<int> Count(string key, NpgsqlParameter[] parameters)
        {
            await using var command = Command(key, parameters);
            await using var reader = await command.ExecuteReaderAsync();
            var count = 0;
            while (await reader.ReadAsync())
                count++;
            return count;
        }

        /// <summary>Version, port and status of each member.</summary>
        public async Task<List<(int, int, int)>> Members(NpgsqlParameter[] parameters)
        {
            await using var command = Command("MembershipReadAllKey", parameters);
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<(int, int, int)>();
            while (await reader.ReadAsync())
                rows.Add(((int)reader["Version"], (int)reader["Port"], (int)reader["Status"]));
            rows.Sort();
            return rows;
        }

        public ValueTask DisposeAsync() => _source.DisposeAsync();

        private NpgsqlCommand Command(string key, NpgsqlParameter[] parameters)
        {
            var command = _source.CreateCommand(_statements[key]);
            command.Parameters.AddRange(parameters);
            return command;
        }
    }
}
