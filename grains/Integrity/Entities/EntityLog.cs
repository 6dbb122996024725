using Microsoft.Extensions.Logging;

namespace StreamForge.Grains.Integrity.Entities;

internal static partial class EntityLog
{
    [LoggerMessage(1, LogLevel.Information, "{Entity}: what is stored is not what is in memory; reading it again")]
    public static partial void Reloading(ILogger logger, string entity);

    [LoggerMessage(2, LogLevel.Warning, "{Entity}: another activation wrote its state; this one discards its memory")]
    public static partial void Lost(ILogger logger, string entity);

    [LoggerMessage(3, LogLevel.Warning, "{Entity}: could not be flushed at its end; the log will be read again")]
    public static partial void EndedUnflushed(ILogger logger, string entity, Exception error);

    [LoggerMessage(4, LogLevel.Error, "{Entity}: the repair port failed, which it must not")]
    public static partial void RepairBroke(ILogger logger, string entity, Exception error);

    [LoggerMessage(5, LogLevel.Information, "{Entity}: repair {RepairId} ({Kind}) was not answered: {Reason}")]
    public static partial void RepairFailed(ILogger logger, string entity, string repairId, RepairKind kind, string? reason);

    [LoggerMessage(6, LogLevel.Warning, "{Entity}: memory could not be compared to what is stored: {Reason}")]
    public static partial void NotCompared(ILogger logger, string entity, string reason);
}
