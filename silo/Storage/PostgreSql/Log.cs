using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Storage.PostgreSql;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Database schema brought to version {Version} by {Step}")]
    public static partial void SchemaStep(this ILogger logger, int version, string step);

    [LoggerMessage(2, LogLevel.Warning, "Writing {Rows} rows of state failed; their outcome is unknown")]
    public static partial void WriteFailed(this ILogger logger, Exception error, int rows);

    [LoggerMessage(3, LogLevel.Warning, "A row of {Rows} was refused by the database; they are written in halves")]
    public static partial void BatchSplit(this ILogger logger, Exception error, int rows);

    [LoggerMessage(4, LogLevel.Warning, "{Rows} rows of state were rolled back because of another writer; they are written again")]
    public static partial void BatchRepeated(this ILogger logger, Exception error, int rows);
}
