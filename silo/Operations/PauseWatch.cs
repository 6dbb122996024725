using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Operations;

/// <summary>
/// Looks again and again at what is paused: whoever gave the order told this process too, but may not have reached it.
/// </summary>
internal sealed partial class PauseWatch(PauseBoard board, TimeProvider time, ILogger<PauseWatch> logger) : IHostedService, IDisposable
{
    /// <summary>A pause or its end that nobody could tell of holds after this at most.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    // On the starter's own turns: a simulated process has no threads beside them.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watching = Watch(_stopping.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping.Cancel();
        await _watching;
    }

    public void Dispose() => _stopping.Dispose();

    private async Task Watch(CancellationToken stopping)
    {
        var failing = false;
        try
        {
            while (true)
            {
                await Task.Delay(Interval, time, stopping);
                failing = !await Look(failing, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
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
