using Npgsql;
using NpgsqlTypes;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>
/// Many conditional writes of different rows: a statement for those that expect a row and one for those that expect none, both in one
/// transaction, and so in one flush to disk.
/// </summary>
internal static class StateWriteStatement
{
    private const string Input =
        """
        unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::bytea[], $7::text[], $8::text[], $9::bigint[],
               $10::timestamptz[])
            with ordinality
            as i(kind, id, expected, etag, schema_version, payload, scope, status, sequence, due_at, n)
        """;

    // No lock is taken beforehand: an update that meets a row under change waits, and then holds the condition against the row's newest
    // version. It returns the places of the rows that it wrote.
    private const string Update =
        $"""
        update streamforge.state s
        set etag = i.etag, schema_version = i.schema_version, payload = i.payload, scope = i.scope, status = i.status,
            sequence = i.sequence, due_at = i.due_at, written_at = $11
        from {Input}
        where s.kind = i.kind and s.id = i.id and s.etag = i.expected
        returning i.n::integer - 1
        """;

    private const string Insert =
        $"""
        insert into streamforge.state
            (kind, id, etag, schema_version, payload, scope, status, sequence, due_at, written_at)
        select i.kind, i.id, i.etag, i.schema_version, i.payload, i.scope, i.status, i.sequence, i.due_at, $11
        from {Input}
        on conflict (kind, id) do nothing
        returning kind, id
        """;

    private const string Stored =
        """
        select i.n::integer - 1, s.etag
        from unnest($1::text[], $2::text[]) with ordinality as i(kind, id, n)
        join streamforge.state s on s.kind = i.kind and s.id = i.id
        """;

    /// <summary>Carries out writes of different keys, in the order given.</summary>
    /// <returns>An outcome each, durable.</returns>
    /// <exception cref="PostgresException">
    /// None was written. With SQL state 40P01 (deadlock): another writer changes some of the same rows, in another order.
    /// </exception>
    public static async Task<WriteOutcome[]> Execute(
        NpgsqlConnection connection, IReadOnlyList<StateWrite> writes, DateTimeOffset now, CancellationToken cancellation)
    {
        var outcomes = new WriteOutcome[writes.Count];
        var known = Places(writes, static w => w.ExpectedETag is not null);
        var fresh = Places(writes, static w => w.ExpectedETag is null);
        await using (var batch = new NpgsqlBatch(connection))
        {
            if (known.Length > 0)
                batch.BatchCommands.Add(Command(Update, writes, known, now));
            if (fresh.Length > 0)
                batch.BatchCommands.Add(Command(Insert, writes, fresh, now));
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            if (known.Length > 0)
            {
                while (await reader.ReadAsync(cancellation))
                    outcomes[known[reader.GetInt32(0)]] = new WriteOutcome(true, null);
                await reader.NextResultAsync(cancellation);
            }

            if (fresh.Length > 0)
            {
                var places = fresh.ToDictionary(place => writes[place].Key);
                while (await reader.ReadAsync(cancellation))
                    outcomes[places[new StateKey(reader.GetString(0), reader.GetString(1))]] = new WriteOutcome(true, null);
            }
        }

        if (Array.Exists(outcomes, static o => !o.Written))
            await Explain(connection, writes, outcomes, cancellation);
        return outcomes;
    }

    /// <summary>Finds out what is stored where nothing was written.</summary>
    private static async Task Explain(
        NpgsqlConnection connection, IReadOnlyList<StateWrite> writes, WriteOutcome[] outcomes, CancellationToken cancellation)
    {
        var open = Enumerable.Range(0, outcomes.Length).Where(i => !outcomes[i].Written).ToArray();
        await using var command = new NpgsqlCommand(Stored, connection);
        command.Parameters.Add(Column(writes, open, static w => w.Key.Kind));
        command.Parameters.Add(Column(writes, open, static w => w.Key.Id));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var place = open[reader.GetInt32(0)];
            var stored = reader.GetString(1);
            // It may be this very write, of an attempt whose answer was lost.
            outcomes[place] = stored == writes[place].ETag ? new WriteOutcome(true, null) : new WriteOutcome(false, stored);
        }
    }

    private static int[] Places(IReadOnlyList<StateWrite> writes, Func<StateWrite, bool> condition)
    {
        var places = new List<int>(writes.Count);
        for (var i = 0; i < writes.Count; i++)
            if (condition(writes[i]))
                places.Add(i);
        return [.. places];
    }

    private static NpgsqlBatchCommand Command(string sql, IReadOnlyList<StateWrite> writes, int[] places, DateTimeOffset now) => new(sql)
    {
        Parameters =
        {
            Column(writes, places, static w => w.Key.Kind),
            Column(writes, places, static w => w.Key.Id),
            Column(writes, places, static w => w.ExpectedETag),
            Column(writes, places, static w => w.ETag),
            Column(writes, places, static w => w.SchemaVersion),
            Column(writes, places, static w => w.Payload),
            Column(writes, places, static w => w.Index.Scope),
            Column(writes, places, static w => w.Index.Status),
            Column(writes, places, static w => w.Index.Sequence),
            Column(writes, places, static w => w.Index.DueAt?.UtcDateTime),
            new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        },
    };

    private static NpgsqlParameter<T[]> Column<T>(IReadOnlyList<StateWrite> writes, int[] places, Func<StateWrite, T> column) =>
        new() { TypedValue = Array.ConvertAll(places, place => column(writes[place])) };
}
