using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Operations;

/// <summary>
/// Looks again and again at what is paused: whoever gave the order told this process too, but may not have reached it.
/// </summary>
internal sealed partial class PauseWatch(PauseBoard board, TimeProvider time, ILogger<PauseWatch> logger) : BackgroundService
{
    /// <summary>A pause or its end that nobody could tell of holds after this at most.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        try
        {
            while (true)
            {
                await Task.Delay(Interval, time, stoppingToken);
                failing = !await Look(failing, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to end.
        }
    }

    private async Task<bool> Look(bool failing, CancellationToken stopping)
    {
        try
        {
            await board.Refresh(stopping);
            return true;
        }
        catch (StateStoreException error)
        {
            // What was known holds. Said once, however long it lasts.
            if (!failing)
                NotRead(logger, error.Message);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "What operators have paused cannot be read now; what was known holds: {Reason}")]
    private static partial void NotRead(ILogger logger, string reason);
}
