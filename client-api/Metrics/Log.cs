using Microsoft.Extensions.Logging;

namespace StreamForge.ClientApi.Metrics;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Meter}/{Instrument} is not in /metrics: {Name} is of another type already")]
    public static partial void NameTaken(ILogger logger, string meter, string instrument, string name);
}
