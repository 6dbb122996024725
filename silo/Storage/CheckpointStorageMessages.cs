using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Storage;

/// <summary>What grain storage tells its operator.</summary>
internal static partial class CheckpointStorageMessages
{
    [LoggerMessage(1, LogLevel.Warning, "The state store did not answer about {Kind}/{Id}, attempt {Attempt} of {Attempts}")]
    public static partial void Retrying(ILogger logger, Exception error, string kind, string id, int attempt, int attempts);
}
