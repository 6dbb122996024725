#if ENGINE_ORLEANS
using Microsoft.Extensions.Logging;

namespace StreamForge.Hosting;

/// <summary>A client that starts before the silos do, or before the database does, waits for them and says what it waits for.</summary>
internal sealed partial class PatientConnection(TimeProvider time, ILogger<PatientConnection> logger) : Orleans.IClientConnectionRetryFilter
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        Waits(logger, exception.Message);
        await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancellationToken.IsCancellationRequested;
    }

    [LoggerMessage(1, LogLevel.Warning, "No silo is reached yet: {Reason}")]
    private static partial void Waits(ILogger logger, string reason);
}
#endif
