using Npgsql;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>The schema of grain state and of partitions' progress.</summary>
internal static class PostgresSchema
{
    // Any number that nobody else locks by: "sforge" in ASCII.
    private static readonly SchemaSteps All = new("streamforge", 0x73666F726765, typeof(PostgresSchema).Assembly, "postgres-schema/");

    /// <exception cref="StateStoreException">The schema is newer than this program.</exception>
    public static Task Ensure(NpgsqlConnection connection, PostgresDatabase database, CancellationToken cancellation) =>
        All.Apply(connection, database.Logger, cancellation);
}
