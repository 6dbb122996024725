#if ENGINE_ORLEANS
using Microsoft.Extensions.Hosting;

namespace StreamForge.Hosting;

/// <summary>A service whose start may take for ever, which the others do not wait for.</summary>
internal sealed class StartedBeside(IHostedService service) : BackgroundService
{
    private volatile bool _isUp;

    /// <summary>It has started.</summary>
    public bool IsUp => _isUp;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await service.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await service.StartAsync(stoppingToken);
            _isUp = true;
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to end before there was a silo; what it says is why it had found none so far.
        }
    }
}
#endif
