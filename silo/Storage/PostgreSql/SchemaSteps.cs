using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>
/// A database schema, kept as numbered steps that are applied once, in order, each process that starts doing what is missing. An
/// advisory lock lets one of them do it; the others find it done. All in one transaction: a step that fails leaves nothing behind.
/// </summary>
/// <param name="Schema">The schema that the steps are about; its table <c>schema_version</c> keeps what was applied.</param>
/// <param name="Lock">The number of the advisory lock, of this schema alone.</param>
/// <param name="Assembly">Where the steps are embedded.</param>
/// <param name="Prefix">What their names begin with; then <c>NNN_name.sql</c>, by number.</param>
internal sealed record SchemaSteps(string Schema, long Lock, Assembly Assembly, string Prefix)
{
    /// <summary>Brings the schema up to date.</summary>
    /// <exception cref="StateStoreException">The schema is newer than this program.</exception>
    public async Task Apply(NpgsqlConnection connection, ILogger logger, CancellationToken cancellation)
    {
        var steps = Steps();
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Execute(connection, $"select pg_advisory_xact_lock({Lock})", cancellation);
        await Execute(
            connection,
            $"""
            create schema if not exists {Schema};
            create table if not exists {Schema}.schema_version (
                version integer primary key, step text not null, applied_at timestamptz not null default now());
            """,
            cancellation);
        var version = await Version(connection, cancellation);
        if (version > steps[^1].Version)
            throw new StateStoreException(
                $"The database's schema {Schema} has version {version}, and this program knows {steps[^1].Version}: it is too old for it.");
        foreach (var step in steps.Where(s => s.Version > version))
        {
            await Execute(connection, step.Sql, cancellation);
            await using var note = new NpgsqlCommand(
                $"insert into {Schema}.schema_version (version, step) values ($1, $2)", connection)
            {
                Parameters = { new() { Value = step.Version }, new() { Value = step.Name } },
            };
            await note.ExecuteNonQueryAsync(cancellation);
            logger.SchemaStep(step.Version, step.Name);
        }

        await transaction.CommitAsync(cancellation);
    }

    private async Task<int> Version(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"select coalesce(max(version), 0) from {Schema}.schema_version", connection);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private List<(int Version, string Name, string Sql)> Steps()
    {
        var steps = new List<(int Version, string Name, string Sql)>();
        foreach (var resource in Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(Assembly.GetManifestResourceStream(resource)!);
            var name = resource[Prefix.Length..];
            steps.Add((int.Parse(name.AsSpan(0, 3), CultureInfo.InvariantCulture), name, reader.ReadToEnd()));
        }

        steps.Sort(static (a, b) => a.Version.CompareTo(b.Version));
        return steps;
    }
}
