using Microsoft.Extensions.Logging;

namespace StreamForge.Hosting;

/// <summary>What a process writes on its console.</summary>
internal static class HostLogging
{
    /// <summary>Plain lines with UTC times, or JSON, an object a line; of the libraries only what is wrong.</summary>
    public static void AddPlainConsole(this ILoggingBuilder logging, LogLevel least, TelemetryOptions? telemetry = null)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(least);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Orleans", LogLevel.Warning);
        // What the host says of a start that failed is a stack trace; the caller says why in one line.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        if (telemetry is { JsonLogs: true })
            logging.AddJsonConsole(console =>
            {
                console.TimestampFormat = "O";
                console.UseUtcTimestamp = true;
            });
        else
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss.fff ";
                console.UseUtcTimestamp = true;
            });
        QuietConsole.Replace(logging.Services);
    }
}
