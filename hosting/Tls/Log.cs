using Microsoft.Extensions.Logging;

namespace StreamForge.Hosting.Tls;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "TLS of {Use}: {Certificate}")]
    public static partial void InUse(ILogger logger, string use, string certificate);

    [LoggerMessage(2, LogLevel.Information, "TLS of {Use}: new connections have the new certificate {Certificate}")]
    public static partial void Reloaded(ILogger logger, string use, string certificate);

    [LoggerMessage(3, LogLevel.Error, "TLS of {Use}: the new files cannot be used: {Problem} The certificate before stays in use: {Certificate}")]
    public static partial void Unusable(ILogger logger, string use, string problem, string certificate);

    [LoggerMessage(4, LogLevel.Information, "TLS of {Use}: the files hold again what is in use: {Certificate}")]
    public static partial void Usable(ILogger logger, string use, string certificate);

    [LoggerMessage(5, LogLevel.Warning, "{Peer} is refused at the port for {Port}: {Reason}")]
    public static partial void CallerRefused(ILogger logger, string peer, string port, string reason);

    [LoggerMessage(6, LogLevel.Warning, "No connection to the silo at {Peer}: {Reason}")]
    public static partial void CalledRefused(ILogger logger, string peer, string reason);
}
