using Microsoft.Extensions.Logging;

namespace StreamForge.ClientApi.Streaming;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Reading the changes of {Instrument} failed; again in {Retry}")]
    public static partial void PollFailed(ILogger logger, Exception exception, string instrument, TimeSpan retry);

    [LoggerMessage(2, LogLevel.Information, "A reader of {Instrument} was dropped: it was too slow")]
    public static partial void ReaderDropped(ILogger logger, string instrument);
}
