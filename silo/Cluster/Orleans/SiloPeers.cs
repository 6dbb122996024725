#if ENGINE_ORLEANS
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Runtime.Services;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Scheduling;
using StreamForge.Silo.Telemetry;

namespace StreamForge.Silo.Cluster;

/// <summary>The other active silos, by their addresses.</summary>
internal sealed partial class SiloPeers(
    IServiceProvider services, ISiloStatusOracle members, TimeProvider time, ILogger<SiloPeers> logger)
    : GrainServiceClient<ISiloTalk>(services), IPlatformPeers
{
    // Who does not answer in this time is left out; the engine finds out by itself whether it is gone.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public IEnumerable<SiloAddress> Others => members.GetActiveSilos().Where(silo => !silo.Equals(members.SiloAddress));

    public ISiloTalk At(SiloAddress silo) => GetGrainService(silo);

    public async ValueTask<IReadOnlyList<PlatformStatus>> Ask(CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(Others.Select(silo => AskOne(silo, cancellation)));
        return [.. answers.OfType<PlatformStatus>()];
    }

    private async Task<PlatformStatus?> AskOne(SiloAddress silo, CancellationToken cancellation)
    {
        try
        {
            return await At(silo).HowItStands().OnThisTurn().WaitAsync(Patience, time, cancellation);
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            NoAnswer(logger, silo, error.Message);
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Silo} does not say how it stands: {Reason}")]
    private static partial void NoAnswer(ILogger logger, SiloAddress silo, string reason);
}
#endif
