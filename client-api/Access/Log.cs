using Microsoft.Extensions.Logging;

namespace StreamForge.ClientApi.Access;

// Never a token, nor a part of one.
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The issuer's keys cannot be fetched: {Reason}")]
    public static partial void KeysUnavailable(ILogger logger, string reason);
}
