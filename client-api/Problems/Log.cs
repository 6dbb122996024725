using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace StreamForge.ClientApi.Problems;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void Failed(ILogger logger, Exception exception, string method, PathString path);

    [LoggerMessage(2, LogLevel.Warning, "{Method} {Path} was answered {Status}")]
    public static partial void Refused(ILogger logger, Exception exception, string method, PathString path, int status);
}
