using StreamForge.Contracts.Integrity;

namespace StreamForge.Silo.Telemetry;

/// <summary>How the platform stands: this process and its peers.</summary>
internal sealed class PlatformStatusGrain(PlatformStatusBoard board, IPlatformPeers peers) : Grain, IPlatformStatusGrain
{
    public async ValueTask<PlatformStatus> Get()
    {
        var own = await board.Gather(CancellationToken.None);
        var others = await peers.Ask(CancellationToken.None);
        if (others.Count == 0)
            return own;
        var all = StatusSum.Of([own, .. others]);
        return all with { Ready = board.IsReady(all.Partitions) };
    }
}
