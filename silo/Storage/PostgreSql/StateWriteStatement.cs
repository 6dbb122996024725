using Npgsql;
using NpgsqlTypes;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>Many conditional writes of different rows in one statement, and so in one transaction and one flush to disk.</summary>
internal static class StateWriteStatement
{
    // The rows that exist are locked first, in key order, and only then changed; new rows are inserted in key order after that. So
    // two statements never wait for each other in a circle, whatever rows they share. A lock returns the newest version of its row.
    // `expected` tells a row's condition: null, there must be none; otherwise, the stored ETag.
    private const string Sql =
        """
        with input as materialized (
            select *
            from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::bytea[], $7::text[], $8::text[],
                        $9::bigint[], $10::timestamptz[])
                with ordinality
                as i(kind, id, expected, etag, schema_version, payload, scope, status, sequence, due_at, n)
        ), locked as materialized (
            select s.kind, s.id, s.etag
            from unnest($1::text[], $2::text[]) as i(kind, id)
            join streamforge.state s on s.kind = i.kind and s.id = i.id
            order by s.kind, s.id
            for no key update of s
        ), ready as materialized (
            select count(*) as rows from locked
        ), updated as (
            update streamforge.state s
            set etag = i.etag, schema_version = i.schema_version, payload = i.payload, scope = i.scope, status = i.status,
                sequence = i.sequence, due_at = i.due_at, written_at = $11
            from ready cross join input i
            where ready.rows > 0 and s.kind = i.kind and s.id = i.id and s.etag = i.expected
            returning s.kind, s.id
        ), inserted as (
            insert into streamforge.state
                (kind, id, etag, schema_version, payload, scope, status, sequence, due_at, written_at)
            select i.kind, i.id, i.etag, i.schema_version, i.payload, i.scope, i.status, i.sequence, i.due_at, $11
            from ready cross join input i
            where ready.rows >= 0 and i.expected is null
            order by i.kind, i.id
            on conflict (kind, id) do nothing
            returning kind, id
        ), written as (
            select kind, id from updated union all select kind, id from inserted
        )
        select i.n::integer - 1, w.id is not null, l.etag
        from unnest($1::text[], $2::text[]) with ordinality as i(kind, id, n)
        left join written w on w.kind = i.kind and w.id = i.id
        left join locked l on l.kind = i.kind and l.id = i.id
        """;

    private const string Stored =
        """
        select i.n::integer - 1, s.etag
        from unnest($1::text[], $2::text[]) with ordinality as i(kind, id, n)
        join streamforge.state s on s.kind = i.kind and s.id = i.id
        """;

    /// <summary>Carries out writes of different keys.</summary>
    /// <returns>An outcome each, durable.</returns>
    public static async Task<WriteOutcome[]> Execute(
        NpgsqlConnection connection, IReadOnlyList<StateWrite> writes, DateTimeOffset now, CancellationToken cancellation)
    {
        var outcomes = new WriteOutcome[writes.Count];
        List<int>? unclear = null;
        await using (var command = new NpgsqlCommand(Sql, connection))
        {
            Bind(command, writes, now);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var index = reader.GetInt32(0);
                if (reader.GetBoolean(1))
                    outcomes[index] = new WriteOutcome(true, null);
                else if (!reader.IsDBNull(2))
                    outcomes[index] = NotWritten(writes[index], reader.GetString(2));
                else
                    (unclear ??= []).Add(index);
            }
        }

        // Not there when the statement began: either there is no row, or somebody inserted it meanwhile.
        if (unclear is not null)
            await LookAgain(connection, writes, unclear, outcomes, cancellation);
        return outcomes;
    }

    /// <summary>What is stored may be this very write, of an attempt whose answer was lost.</summary>
    private static WriteOutcome NotWritten(StateWrite write, string stored) =>
        stored == write.ETag ? new WriteOutcome(true, null) : new WriteOutcome(false, stored);

    private static async Task LookAgain(
        NpgsqlConnection connection, IReadOnlyList<StateWrite> writes, List<int> unclear, WriteOutcome[] outcomes,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Stored, connection);
        Add(command, unclear, i => writes[i].Key.Kind);
        Add(command, unclear, i => writes[i].Key.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var index = unclear[reader.GetInt32(0)];
            outcomes[index] = NotWritten(writes[index], reader.GetString(1));
        }
    }

    private static void Bind(NpgsqlCommand command, IReadOnlyList<StateWrite> writes, DateTimeOffset now)
    {
        Add(command, writes, static w => w.Key.Kind);
        Add(command, writes, static w => w.Key.Id);
        Add(command, writes, static w => w.ExpectedETag);
        Add(command, writes, static w => w.ETag);
        Add(command, writes, static w => w.SchemaVersion);
        Add(command, writes, static w => w.Payload);
        Add(command, writes, static w => w.Index.Scope);
        Add(command, writes, static w => w.Index.Status);
        Add(command, writes, static w => w.Index.Sequence);
        Add(command, writes, static w => w.Index.DueAt?.UtcDateTime);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
    }

    private static void Add<TItem, T>(NpgsqlCommand command, IReadOnlyList<TItem> items, Func<TItem, T> column)
    {
        var values = new T[items.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = column(items[i]);
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values });
    }
}
