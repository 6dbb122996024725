using Microsoft.Extensions.Logging;
using Npgsql;
using StreamForge.Hosting;
using StreamForge.Silo.Storage.PostgreSql;

namespace StreamForge.SiloHost;

/// <summary>The tables of the engine's own providers, which expect them to be there: applied by whichever silo comes first.</summary>
internal static class EngineSchema
{
    // "orleans" in ASCII.
    private static readonly SchemaSteps All =
        new(ClusterSettings.Schema, 0x6F726C65616E73, typeof(EngineSchema).Assembly, "orleans-schema/");

    /// <exception cref="StreamForge.Silo.Storage.StateStoreException">The schema is newer than this program.</exception>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public static async Task Ensure(ClusterSettings cluster, ILogger logger, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(cluster.ConnectionString);
        await connection.OpenAsync(cancellation);
        await All.Apply(connection, logger, cancellation);
    }
}
