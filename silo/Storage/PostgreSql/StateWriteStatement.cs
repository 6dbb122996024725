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
/// Many conditional writes of different rows: a statement for those that are replaced, one for those that are patched and one for those
/// that are new, in one transaction, and so in one flush to disk.
/// </summary>
internal static class StateWriteStatement
{
    private const string Arrays =
        "$1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::bytea[], $7::integer[], $8::text[], $9::text[], "
        + "$10::bigint[], $11::timestamptz[]";

    private const string Names = "kind, id, expected, etag, schema_version, content, digest, scope, status, sequence, due_at";
    private const string Input = $"unnest({Arrays}) with ordinality as i({Names}, n)";
    private const string Set =
        "etag = i.etag, schema_version = i.schema_version, digest = i.digest, scope = i.scope, status = i.status, "
        + "sequence = i.sequence, due_at = i.due_at, written_at = $12";

    // No lock is taken beforehand: an update that meets a row under change waits, and then holds the condition against the row's newest
    // version. It returns the places of the rows that it wrote.
    private const string Replace =
        $"""
        update streamforge.state s
        set {Set}, base = i.content, patches = 0, bytes = null
        from {Input}
        where s.kind = i.kind and s.id = i.id and s.etag = i.expected
        returning i.n::integer - 1
        """;

    // Conditions more: that the patch is the next, and made for the state that is stored. The base is not written again, for PostgreSQL
    // keeps it out of line.
    private const string Patch =
        $"""
        with changed as (
            update streamforge.state s
            set {Set}, patches = i.number, bytes = i.bytes
            from unnest({Arrays}, $13::integer[], $14::integer[], $15::integer[])
                with ordinality as i({Names}, number, previous, bytes, n)
            where s.kind = i.kind and s.id = i.id and s.etag = i.expected and s.patches = i.number - 1 and s.digest = i.previous
            returning i.n, i.kind, i.id, i.number, i.content
        ), added as (
            insert into streamforge.state_patch (kind, id, number, patch)
            select kind, id, number, content from changed
            on conflict (kind, id, number) do update set patch = excluded.patch
        )
        select n::integer - 1 from changed
        """;

    private const string Insert =
        $"""
        insert into streamforge.state (kind, id, etag, schema_version, base, digest, scope, status, sequence, due_at, written_at)
        select i.kind, i.id, i.etag, i.schema_version, i.content, i.digest, i.scope, i.status, i.sequence, i.due_at, $12
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
        (string Sql, int[] Places)[] statements =
        [
            (Replace, Places(rows, static r => r.Write.ExpectedETag is not null && r.Form.Number == 0)),
            (Patch, Places(rows, static r => r.Form.Number > 0)),
            (Insert, Places(rows, static r => r.Write.ExpectedETag is null)),
        ];
        statements = Array.FindAll(statements, static s => s.Places.Length > 0);
        await using (var batch = new NpgsqlBatch(connection))
        {
            foreach (var (sql, places) in statements)
                batch.BatchCommands.Add(Command(sql, rows, places, now));
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            foreach (var (sql, places) in statements)
            {
                var byKey = sql == Insert ? places.ToDictionary(place => rows[place].Write.Key) : null;
                while (await reader.ReadAsync(cancellation))
                {
                    var place = byKey?[new StateKey(reader.GetString(0), reader.GetString(1))] ?? places[reader.GetInt32(0)];
                    outcomes[place] = RowOutcome.Written;
                }

                await reader.NextResultAsync(cancellation);
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

    private static NpgsqlBatchCommand Command(string sql, IReadOnlyList<RowWrite> rows, int[] places, DateTimeOffset now)
    {
        var command = new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                Column(rows, places, static r => r.Write.Key.Kind),
                Column(rows, places, static r => r.Write.Key.Id),
                Column(rows, places, static r => r.Write.ExpectedETag),
                Column(rows, places, static r => r.Write.ETag),
                Column(rows, places, static r => r.Write.SchemaVersion),
                Column(rows, places, static r => r.Form.Content),
                Column(rows, places, static r => r.Form.Digest),
                Column(rows, places, static r => r.Write.Index.Scope),
                Column(rows, places, static r => r.Write.Index.Status),
                Column(rows, places, static r => r.Write.Index.Sequence),
                // Of an array that begins with none Npgsql guesses the type, and guesses another one.
                Column(rows, places, static r => r.Write.Index.DueAt?.UtcDateTime, NpgsqlDbType.Array | NpgsqlDbType.TimestampTz),
                new NpgsqlParameter<DateTime> { TypedValue = now.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };
        if (sql == Patch)
        {
            command.Parameters.Add(Column(rows, places, static r => r.Form.Number));
            command.Parameters.Add(Column(rows, places, static r => r.Form.Previous));
            command.Parameters.Add(Column(rows, places, static r => r.Write.Payload.Length));
        }

        return command;
    }

    private static NpgsqlParameter<T[]> Column<T>(IReadOnlyList<RowWrite> rows, int[] places, Func<RowWrite, T> column, NpgsqlDbType type) =>
        new() { TypedValue = Array.ConvertAll(places, place => column(rows[place])), NpgsqlDbType = type };

    private static NpgsqlParameter<T[]> Column<T>(IReadOnlyList<RowWrite> rows, int[] places, Func<RowWrite, T> column) =>
        new() { TypedValue = Array.ConvertAll(places, place => column(rows[place])) };
}
