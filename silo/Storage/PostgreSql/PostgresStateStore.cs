using System.Globalization;
using System.Text;
using Npgsql;
using StreamForge.Grains.State;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>Grain state in PostgreSQL.</summary>
public sealed class PostgresStateStore(PostgresDatabase database) : IStateStore
{
    private readonly StateWriter _writer = new(database);

    public ValueTask<StateRow?> Read(StateKey key, CancellationToken cancellation) => database.Run(
        (connection, token) => StateReadStatement.Execute(connection, key, token), cancellation);

    public async ValueTask<WriteOutcome> Write(StateWrite write, CancellationToken cancellation)
    {
        StateText.Check(write);
        cancellation.ThrowIfCancellationRequested();
        return await _writer.Write(write).WaitAsync(cancellation);
    }

    public ValueTask<WriteOutcome> Delete(StateKey key, string expectedETag, CancellationToken cancellation) => database.Run(
        async (connection, token) =>
        {
            await using var delete = Keyed(
                connection,
                """
                with gone as (delete from streamforge.state where kind = $1 and id = $2 and etag = $3 returning kind, id),
                     patches as (delete from streamforge.state_patch p using gone where p.kind = gone.kind and p.id = gone.id)
                select count(*) from gone
                """,
                key);
            delete.Parameters.Add(new NpgsqlParameter<string> { TypedValue = expectedETag });
            if ((long)(await delete.ExecuteScalarAsync(token))! > 0)
                return new WriteOutcome(true, null);
            var stored = await CurrentETag(connection, key, token);
            return new WriteOutcome(stored is null, stored);
        },
        cancellation);

    public ValueTask<string?> CurrentETag(string kind, string id, CancellationToken cancellation) => database.Run(
        (connection, token) => CurrentETag(connection, new StateKey(kind, id), token), cancellation);

    public ValueTask<IReadOnlyList<StateEntry>> Query(StateQuery query, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 10_000, nameof(query));
        return database.Run(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand { Connection = connection };
                command.CommandText = Select(query, command.Parameters);
                await using var reader = await command.ExecuteReaderAsync(token);
                var entries = new List<StateEntry>();
                while (await reader.ReadAsync(token))
                    entries.Add(Entry(query.Kind, reader));
                return (IReadOnlyList<StateEntry>)entries;
            },
            cancellation);
    }

    /// <summary>Writes what was handed in first. The database stays open: it is shared.</summary>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    /// <summary>Only the conditions that are asked for, so that each form finds its index.</summary>
    private static string Select(StateQuery query, NpgsqlParameterCollection parameters)
    {
        var sql = new StringBuilder(
            "select id, scope, status, sequence, due_at, written_at, coalesce(bytes, octet_length(base)) from streamforge.state where kind = $1");
        parameters.AddWithValue(query.Kind);
        And("scope = ", query.Scope);
        And("status = ", query.Status);
        And("due_at < ", query.DueBefore?.UtcDateTime);
        And("id > ", query.After);
        return sql.Append(CultureInfo.InvariantCulture, $" order by id limit {query.Limit}").ToString();

        void And(string condition, object? value)
        {
            if (value is null)
                return;
            parameters.AddWithValue(value);
            sql.Append(CultureInfo.InvariantCulture, $" and {condition}${parameters.Count}");
        }
    }

    private static StateEntry Entry(string kind, NpgsqlDataReader reader) => new(
        kind,
        reader.GetString(0),
        new StateIndex(
            reader.IsDBNull(1) ? null : reader.GetString(1),
            reader.IsDBNull(2) ? null : reader.GetString(2),
            reader.IsDBNull(3) ? null : reader.GetInt64(3),
            reader.IsDBNull(4) ? null : new DateTimeOffset(reader.GetDateTime(4))),
        new DateTimeOffset(reader.GetDateTime(5)),
        reader.GetInt32(6));

    private static async Task<string?> CurrentETag(NpgsqlConnection connection, StateKey key, CancellationToken cancellation)
    {
        await using var command = Keyed(connection, "select etag from streamforge.state where kind = $1 and id = $2", key);
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    private static NpgsqlCommand Keyed(NpgsqlConnection connection, string sql, StateKey key) => new(sql, connection)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = key.Kind },
            new NpgsqlParameter<string> { TypedValue = key.Id },
        },
    };
}
