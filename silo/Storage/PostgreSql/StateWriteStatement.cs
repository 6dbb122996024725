using Npgsql;
using NpgsqlTypes;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>A write, and the form that it is sent in.</summary>
internal readonly record struct RowWrite(StateWrite Write, StateForm Form);

/// <param name="ByThis">This statement wrote it; an earlier attempt may have, too.</param>
internal readonly record struct RowOutcome(WriteOutcome Outcome, bool ByThis)
{
    public static RowOutcome Written { get; } = new(new WriteOutcome(true, null), true);
}

/// <summary>
/// Many conditional writes of different rows: a statement for those that expect a row and one for those that expect none, both in one
/// transaction, and so in one flush to disk.
/// </summary>
internal static class StateWriteStatement
{
    private const string Input =
        """
        unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::bytea[], $7::integer[], $8::integer[], $9::integer[],
               $10::integer[], $11::text[], $12::text[], $13::bigint[], $14::timestamptz[])
            with ordinality
            as i(kind, id, expected, etag, schema_version, content, number, bytes, digest, previous, scope, status, sequence, due_at, n)
        """;

    // No lock is taken beforehand: an update that meets a row under change waits, and then holds the condition against the row's newest
    // version. A patch has one condition more: that it is the next, and made for the state that is stored. A base that stays is not
    // written again, for PostgreSQL keeps it out of line. Returned are the places of the rows that were written.
    private const string Update =
        $"""
        with changed as (
            update streamforge.state s
            set etag = i.etag, schema_version = i.schema_version, base = case when i.number = 0 then i.content else s.base end,
                patches = i.number, bytes = i.bytes, digest = i.digest, scope = i.scope, status = i.status, sequence = i.sequence,
                due_at = i.due_at, written_at = $15
            from {Input}
            where s.kind = i.kind and s.id = i.id and s.etag = i.expected
                and (i.number = 0 or (s.patches = i.number - 1 and s.digest = i.previous))
            returning i.n, i.kind, i.id, i.number, case when i.number > 0 then i.content end as patch
        ), patched as (
            insert into streamforge.state_patch (kind, id, number, patch)
            select kind, id, number, patch from changed where number > 0
            on conflict (kind, id, number) do update set patch = excluded.patch
        )
        select n::integer - 1 from changed
        """;

    private const string Insert =
        $"""
        insert into streamforge.state
            (kind, id, etag, schema_version, base, bytes, digest, scope, status, sequence, due_at, written_at)
        select i.kind, i.id, i.etag, i.schema_version, i.content, i.bytes, i.digest, i.scope, i.status, i.sequence, i.due_at, $15
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
    public static async Task<RowOutcome[]> Execute(
        NpgsqlConnection connection, IReadOnlyList<RowWrite> rows, DateTimeOffset now, CancellationToken cancellation)
    {
        var outcomes = new RowOutcome[rows.Count];
        var known = Places(rows, static r => r.Write.ExpectedETag is not null);
        var fresh = Places(rows, static r => r.Write.ExpectedETag is null);
        await using (var batch = new NpgsqlBatch(connection))
        {
            if (known.Length > 0)
                batch.BatchCommands.Add(Command(Update, rows, known, now));
            if (fresh.Length > 0)
                batch.BatchCommands.Add(Command(Insert, rows, fresh, now));
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            if (known.Length > 0)
            {
                while (await reader.ReadAsync(cancellation))
                    outcomes[known[reader.GetInt32(0)]] = RowOutcome.Written;
                await reader.NextResultAsync(cancellation);
            }

            if (fresh.Length > 0)
            {
                var places = fresh.ToDictionary(place => rows[place].Write.Key);
                while (await reader.ReadAsync(cancellation))
                    outcomes[places[new StateKey(reader.GetString(0), reader.GetString(1))]] = RowOutcome.Written;
            }
        }

        if (Array.Exists(outcomes, static o => !o.ByThis))
            await Explain(connection, rows, outcomes, cancellation);
        return outcomes;
    }

    /// <summary>Finds out what is stored where nothing was written.</summary>
    private static async Task Explain(
        NpgsqlConnection connection, IReadOnlyList<RowWrite> rows, RowOutcome[] outcomes, CancellationToken cancellation)
    {
        var open = Enumerable.Range(0, outcomes.Length).Where(i => !outcomes[i].ByThis).ToArray();
        await using var command = new NpgsqlCommand(Stored, connection);
        command.Parameters.Add(Column(rows, open, static r => r.Write.Key.Kind));
        command.Parameters.Add(Column(rows, open, static r => r.Write.Key.Id));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var place = open[reader.GetInt32(0)];
            var stored = reader.GetString(1);
            // It may be this very write, of an attempt whose answer was lost.
            var isSame = stored == rows[place].Write.ETag;
            outcomes[place] = new RowOutcome(new WriteOutcome(isSame, isSame ? null : stored), false);
        }
    }

    private static int[] Places(IReadOnlyList<RowWrite> rows, Func<RowWrite, bool> condition)
    {
        var places = new List<int>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
            if (condition(rows[i]))
                places.Add(i);
        return [.. places];
    }

    private static NpgsqlBatchCommand Command(string sql, IReadOnlyList<RowWrite> rows, int[] places, DateTimeOffset now) => new(sql)
    {
        Parameters =
        {
            Column(rows, places, static r => r.Write.Key.Kind),
            Column(rows, places, static r => r.Write.Key.Id),
            Column(rows, places, static r => r.Write.ExpectedETag),
            Column(rows, places, static r => r.Write.ETag),
            Column(rows, places, static r => r.Write.SchemaVersion),
            Column(rows, places, static r => r.Form.Content),
            Column(rows, places, static r => r.Form.Number),
            Column(rows, places, static r => r.Write.Payload.Length),
            Column(rows, places, static r => r.Form.Digest),
            Column(rows, places, static r => r.Form.Previous),
            Column(rows, places, static r => r.Write.Index.Scope),
            Column(rows, places, static r => r.Write.Index.Status),
            Column(rows, places, static r => r.Write.Index.Sequence),
            Column(rows, places, static r => r.Write.Index.DueAt?.UtcDateTime),
            new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        },
    };

    private static NpgsqlParameter<T[]> Column<T>(IReadOnlyList<RowWrite> rows, int[] places, Func<RowWrite, T> column) =>
        new() { TypedValue = Array.ConvertAll(places, place => column(rows[place])) };
}
