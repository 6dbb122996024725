#if ENGINE_ORLEANS
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Runtime.Services;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;
using StreamForge.Grains.Scheduling;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Telemetry;

namespace StreamForge.Silo.Cluster;

/// <summary>The other active silos, by their addresses.</summary>
internal sealed partial class SiloPeers(
    IServiceProvider services, ISiloStatusOracle members, TimeProvider time, ILogger<SiloPeers> logger)
    : GrainServiceClient<ISiloTalk>(services), IPlatformPeers
{
    // Who does not answer in this time is left out; the engine finds out by itself whether it is gone.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // A key that goes on is waited for a little over there.
    private static readonly TimeSpan ForKeys = TimeSpan.FromSeconds(2);

    public IEnumerable<SiloAddress> Others => members.GetActiveSilos().Where(silo => !silo.Equals(members.SiloAddress));

    public ISiloTalk At(SiloAddress silo) => GetGrainService(silo);

    public async ValueTask<IReadOnlyList<PlatformStatus>> Ask(CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(Others.Select(silo => AskOne(silo, static async at => (PlatformStatus?)await at.HowItStands(), cancellation)));
        return [.. answers.OfType<PlatformStatus>()];
    }

    public async ValueTask LookAtPauses(CancellationToken cancellation) =>
        await Task.WhenAll(Others.Select(silo => AskOne(
            silo,
            static async at =>
            {
                await at.LookAtPauses();
                return (string?)"looked";
            },
            cancellation)));

    public async ValueTask<OrderAnswer?> Unpark(ParkedPlace place, CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(Others.Select(silo => AskOne(silo, at => at.Unpark(place), cancellation, ForKeys)));
        return answers.FirstOrDefault(answer => answer is not null);
    }

    private async Task<T?> AskOne<T>(
        SiloAddress silo, Func<ISiloTalk, ValueTask<T?>> ask, CancellationToken cancellation, TimeSpan? patience = null)
        where T : class
    {
        try
        {
            return await ask(At(silo)).OnThisTurn().WaitAsync(patience ?? Patience, time, cancellation);
        }
        catch (Exception error) when (error is TimeoutException or OrleansException or StateStoreException)
        {
            NoAnswer(logger, silo, error.Message);
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Silo} does not answer: {Reason}")]
    private static partial void NoAnswer(ILogger logger, SiloAddress silo, string reason);
}
#endif
