using Microsoft.Extensions.Logging;

namespace StreamForge.Sources.Connectors;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Connection}: connected to {Address}, {Symbols} symbols")]
    public static partial void Connected(ILogger logger, string connection, Uri address, int symbols);

    [LoggerMessage(2, LogLevel.Warning, "{Connection}: {Reason}; another attempt in {Pause}")]
    public static partial void Disconnected(ILogger logger, string connection, string reason, TimeSpan pause);

    [LoggerMessage(3, LogLevel.Warning, "{Connection}: the venue refused: {What}")]
    public static partial void VenueRefused(ILogger logger, string connection, string what);

    [LoggerMessage(4, LogLevel.Warning, "An append to the raw topic failed; repeated in {Pause}")]
    public static partial void AppendFailed(ILogger logger, TimeSpan pause, Exception error);

    [LoggerMessage(5, LogLevel.Error, "A record of {Bytes} bytes will never be appended: {Reason}")]
    public static partial void Refused(ILogger logger, int bytes, string reason);

    [LoggerMessage(6, LogLevel.Warning, "A watermark of {Source} was not written")]
    public static partial void WatermarkFailed(ILogger logger, string source, Exception error);

    [LoggerMessage(7, LogLevel.Warning, "{Instrument}: not asked for anew after a connect: {Reason}; another attempt in {Pause}")]
    public static partial void ResyncFailed(ILogger logger, string instrument, string? reason, TimeSpan pause);

    [LoggerMessage(8, LogLevel.Debug, "{Source}: request {Path} ended with {Outcome}")]
    public static partial void Requested(ILogger logger, string source, string path, string outcome);
}
