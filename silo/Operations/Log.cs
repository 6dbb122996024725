using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Operations;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "What is paused could not be looked at just now, and will be in a moment: {Reason}")]
    public static partial void NotSeenAtOnce(ILogger logger, string reason);
}
