using System.Globalization;
using System.Text;
using Npgsql;
using StreamForge.Contracts.Operations;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>Operators' orders in PostgreSQL, in tables that refuse every change of what they hold.</summary>
public sealed class PostgresOperatorActionStore(PostgresDatabase database) : IOperatorActionStore
{
    public ValueTask<long> Begin(OperatorAction action, CancellationToken cancellation) => database.Run(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                "insert into streamforge.operator_action (at, given_by, what, target, reason) values ($1, $2, $3, $4, $5) returning number",
                connection)
            {
                Parameters =
                {
                    new() { Value = action.At.UtcDateTime }, new() { Value = StateText.Storable(action.By) }, new() { Value = action.What },
                    new() { Value = StateText.Storable(action.Target) }, new() { Value = StateText.Storable(action.Reason) },
                },
            };
            return (long)(await command.ExecuteScalarAsync(token))!;
        },
        cancellation);

    public async ValueTask End(long number, ActionEnd end, CancellationToken cancellation) => await database.Run(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                """
                insert into streamforge.operator_action_end (number, at, outcome, detail) values ($1, $2, $3, $4)
                on conflict (number) do nothing
                """,
                connection)
            {
                Parameters =
                {
                    new() { Value = number }, new() { Value = end.At.UtcDateTime }, new() { Value = end.Outcome.ToString() },
                    new() { Value = StateText.Storable(end.Detail) },
                },
            };
            return await command.ExecuteNonQueryAsync(token);
        },
        cancellation);

    public ValueTask<IReadOnlyList<OperatorAction>> ListActions(ActionQuery query, CancellationToken cancellation) => database.Run(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand { Connection = connection };
            command.CommandText = Select(query, command.Parameters);
            await using var reader = await command.ExecuteReaderAsync(token);
            var found = new List<OperatorAction>();
            while (await reader.ReadAsync(token))
                found.Add(Row(reader));
            return (IReadOnlyList<OperatorAction>)found;
        },
        cancellation);

    private static string Select(ActionQuery query, NpgsqlParameterCollection parameters)
    {
        var sql = new StringBuilder(
            """
            select a.number, a.at, a.given_by, a.what, a.target, a.reason, e.at, e.outcome, e.detail
            from streamforge.operator_action a left join streamforge.operator_action_end e using (number) where true
            """);
        And("a.number <", query.Before);
        And("a.what =", query.What);
        And("a.given_by =", query.By);
        return sql.Append(CultureInfo.InvariantCulture, $" order by a.number desc limit {query.Limit}").ToString();

        void And(string condition, object? value)
        {
            if (value is null)
                return;
            parameters.AddWithValue(value);
            sql.Append(CultureInfo.InvariantCulture, $" and {condition} ${parameters.Count}");
        }
    }

    private static OperatorAction Row(NpgsqlDataReader reader) => new()
    {
        Number = reader.GetInt64(0),
        At = new DateTimeOffset(reader.GetDateTime(1)),
        By = reader.GetString(2),
        What = reader.GetString(3),
        Target = reader.GetString(4),
        Reason = reader.GetString(5),
        End = reader.IsDBNull(6)
            ? null
            : new ActionEnd(new DateTimeOffset(reader.GetDateTime(6)), Enum.Parse<OrderOutcome>(reader.GetString(7)), reader.GetString(8)),
    };
}
