#if ENGINE_ORLEANS
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;
using StreamForge.Silo.Telemetry;

namespace StreamForge.Silo.Cluster;

/// <summary>How many silos there are, as this one sees it.</summary>
internal sealed class MemberMetrics(IMeterFactory meters, ISiloStatusOracle members) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        meters.Create(StreamForgeMeter.Name).CreateObservableGauge(
            "streamforge.silos", () => members.GetApproximateSiloStatuses(onlyActive: true).Count, "{silo}", "Active silos, as this one sees them.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
#endif
