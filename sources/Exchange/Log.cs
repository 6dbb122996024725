using Microsoft.Extensions.Logging;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange;

internal static partial class Log
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "The exchange serves {Venue} on {Address}")]
    public static partial void Serving(ILogger logger, RecordingVenue venue, Uri address);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "The market starts: {Frames}")]
    public static partial void Started(ILogger logger, string frames);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "The market is at its end after {Frames} frames")]
    public static partial void Ended(ILogger logger, long frames);

    [LoggerMessage(EventId = 4, Level = LogLevel.Information, Message = "The market was stopped after {Frames} frames")]
    public static partial void Stopped(ILogger logger, long frames);

    [LoggerMessage(EventId = 5, Level = LogLevel.Error, Message = "The market cannot go on: {Reason}")]
    public static partial void Failed(ILogger logger, string reason);

    [LoggerMessage(EventId = 6, Level = LogLevel.Warning, Message = "{Count} lines of the recording cannot be used, the first: {First}")]
    public static partial void BadLines(ILogger logger, long count, string first);

    [LoggerMessage(EventId = 7, Level = LogLevel.Information, Message = "The generated market goes on after frame {Frames}")]
    public static partial void Continues(ILogger logger, long frames);

    [LoggerMessage(EventId = 8, Level = LogLevel.Warning, Message = "Another generated market than is kept was asked for ({Changes}): it begins now, its sequences above the former one's")]
    public static partial void BeginsAnew(ILogger logger, string changes);
}
