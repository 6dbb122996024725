using System.Globalization;
using System.Reflection;
using Npgsql;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>
/// The schema, kept as numbered steps that are applied once, in order, each process that starts doing what is missing. An advisory
/// lock lets one of them do it; the others find it done. All in one transaction: a step that fails leaves nothing behind.
/// </summary>
internal static class PostgresSchema
{
    private const string Prefix = "postgres-schema/";

    // Any number that nobody else locks by: "sforge" in ASCII.
    private const long LockNumber = 0x73666F726765;

    /// <exception cref="StateStoreException">The schema is newer than this program.</exception>
    public static async Task Ensure(NpgsqlConnection connection, PostgresDatabase database, CancellationToken cancellation)
    {
        var steps = Steps();
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Execute(connection, $"select pg_advisory_xact_lock({LockNumber})", cancellation);
        await Execute(
            connection,
            """
            create schema if not exists streamforge;
            create table if not exists streamforge.schema_version (
                version integer primary key, step text not null, applied_at timestamptz not null default now());
            """,
            cancellation);
        var version = await Version(connection, cancellation);
        if (version > steps[^1].Version)
            throw new StateStoreException(
                $"The database's schema has version {version}, and this program knows {steps[^1].Version}: it is too old for it.");
        foreach (var step in steps.Where(s => s.Version > version))
        {
            await Execute(connection, step.Sql, cancellation);
            await using var note = new NpgsqlCommand(
                "insert into streamforge.schema_version (version, step) values ($1, $2)", connection)
            {
                Parameters = { new() { Value = step.Version }, new() { Value = step.Name } },
            };
            await note.ExecuteNonQueryAsync(cancellation);
            database.Logger.SchemaStep(step.Version, step.Name);
        }

        await transaction.CommitAsync(cancellation);
    }

    private static async Task<int> Version(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select coalesce(max(version), 0) from streamforge.schema_version", connection);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The embedded files <c>NNN_name.sql</c>, by number.</summary>
    private static List<(int Version, string Name, string Sql)> Steps()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var steps = new List<(int Version, string Name, string Sql)>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(static n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var name = resource[Prefix.Length..];
            steps.Add((int.Parse(name.AsSpan(0, 3), CultureInfo.InvariantCulture), name, reader.ReadToEnd()));
        }

        steps.Sort(static (a, b) => a.Version.CompareTo(b.Version));
        return steps;
    }
}
