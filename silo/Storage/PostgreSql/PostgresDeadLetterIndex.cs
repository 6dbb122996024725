using System.Globalization;
using System.Text;
using System.Text.Json;
using Npgsql;
using StreamForge.Contracts.Operations;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>Dead letters in PostgreSQL. Each call is one statement.</summary>
public sealed class PostgresDeadLetterIndex(PostgresDatabase database) : IDeadLetterIndex
{
    public async ValueTask Add(IReadOnlyList<DeadLetter> letters, CancellationToken cancellation) => await Execute(
        """
        insert into streamforge.dead_letter (id, log_id, partition, letter_offset, topic, reason, state, letter)
        select * from unnest($1::text[], $2::uuid[], $3::integer[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[])
        on conflict (id) do nothing
        """,
        cancellation,
        letters.Select(letter => letter.Id).ToArray(),
        letters.Select(letter => letter.Stands.LogId).ToArray(),
        letters.Select(letter => letter.Stands.Partition).ToArray(),
        letters.Select(letter => letter.Stands.Offset).ToArray(),
        letters.Select(letter => StateText.Storable(letter.Topic)).ToArray(),
        letters.Select(letter => StateText.Storable(letter.Reason)).ToArray(),
        letters.Select(letter => letter.State.ToString()).ToArray(),
        letters.Select(Encode).ToArray());

    public ValueTask<StoredLetter?> Find(string id, CancellationToken cancellation) => database.Run(
        async (connection, token) =>
        {
            await using var command = Command(connection, "select letter, version from streamforge.dead_letter where id = $1", StateText.Storable(id));
            await using var reader = await command.ExecuteReaderAsync(token);
            return await reader.ReadAsync(token)
                ? new StoredLetter(Decode(reader.GetString(0)), reader.GetInt64(1).ToString(CultureInfo.InvariantCulture))
                : null;
        },
        cancellation);

    public async ValueTask<bool> Change(StoredLetter found, DeadLetter letter, CancellationToken cancellation) => await Execute(
        "update streamforge.dead_letter set state = $3, letter = $4, version = version + 1 where id = $1 and version = $2",
        cancellation, letter.Id, long.Parse(found.Version, CultureInfo.InvariantCulture), letter.State.ToString(), Encode(letter)) > 0;

    public ValueTask<DeadLetterPage> ListLetters(DeadLetterQuery query, CancellationToken cancellation) => database.Run(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand { Connection = connection };
            command.CommandText = Select(query, command.Parameters);
            await using var reader = await command.ExecuteReaderAsync(token);
            var found = new List<DeadLetter>();
            while (await reader.ReadAsync(token))
                found.Add(Decode(reader.GetString(0)));
            return new DeadLetterPage([.. found.Take(query.Limit)], found.Count > query.Limit ? found[query.Limit - 1].Id : null);
        },
        cancellation);

    public ValueTask<DeadLetterCounts> Count(CancellationToken cancellation) => database.Run(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                """
                select count(*) filter (where state in ('Open', 'Replaying')), count(*) filter (where state = 'Replayed'),
                    count(*) filter (where state = 'Discarded')
                from streamforge.dead_letter
                """,
                connection);
            await using var reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            return new DeadLetterCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        },
        cancellation);

    public ValueTask<int> Forget(Guid logId, int partition, long below, CancellationToken cancellation) => Execute(
        "delete from streamforge.dead_letter where partition = $2 and (log_id <> $1 or letter_offset < $3)",
        cancellation, logId, partition, below);

    private ValueTask<int> Execute(string sql, CancellationToken cancellation, params object[] values) => database.Run(
        async (connection, token) =>
        {
            await using var command = Command(connection, sql, values);
            return await command.ExecuteNonQueryAsync(token);
        },
        cancellation);

    /// <summary>Only the conditions that are asked for, so that each form finds its index. One more than asked for tells of another page.</summary>
    private static string Select(DeadLetterQuery query, NpgsqlParameterCollection parameters)
    {
        var sql = new StringBuilder("select letter from streamforge.dead_letter where true");
        And("state = {0}", query.State?.ToString());
        And("topic = {0}", query.Topic is { } topic ? StateText.Storable(topic) : null);
        And("position(lower({0}) in lower(reason)) > 0", query.Reason is { } reason ? StateText.Storable(reason) : null);
        And("id > {0}", query.After is { } after ? StateText.Storable(after) : null);
        return sql.Append(CultureInfo.InvariantCulture, $" order by id limit {query.Limit + 1}").ToString();

        void And(string condition, string? value)
        {
            if (value is null)
                return;
            parameters.AddWithValue(value);
            sql.Append(" and ").AppendFormat(CultureInfo.InvariantCulture, condition, $"${parameters.Count}");
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    // Escaped by JSON where PostgreSQL's text could not hold it.
    private static string Encode(DeadLetter letter) => JsonSerializer.Serialize(letter, JsonSerializerOptions.Web);

    private static DeadLetter Decode(string letter) => JsonSerializer.Deserialize<DeadLetter>(letter, JsonSerializerOptions.Web)!;
}
