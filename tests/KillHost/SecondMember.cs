using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StreamForge.Silo.Streaming.Paths;

namespace StreamForge.Tests.KillHost;

/// <summary>Has a second member join the groups of the platform when the trap says that it is time.</summary>
internal sealed class SecondMember(IServiceProvider services, Trap trap) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await trap.TimeToJoin.WaitAsync(stoppingToken);
        await using var second = ActivatorUtilities.CreateInstance<Pipeline>(services);
        await second.StartAsync(stoppingToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await second.StopAsync(CancellationToken.None);
    }
}
