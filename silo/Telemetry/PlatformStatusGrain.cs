using StreamForge.Contracts.Integrity;
using StreamForge.Silo.Operations.DeadLetters;

namespace StreamForge.Silo.Telemetry;

/// <summary>How the platform stands: this process and its peers.</summary>
internal sealed class PlatformStatusGrain(PlatformStatusBoard board, IPlatformPeers peers, DeadLetterTally? letters = null) : Grain, IPlatformStatusGrain
{
    public async ValueTask<PlatformStatus> Get()
    {
        var own = await board.Gather(CancellationToken.None) with { Letters = letters?.Latest };
        var others = await peers.Ask(CancellationToken.None);
        if (others.Count == 0)
            return own;
        var all = StatusSum.Of([own, .. others]);
        return all with { Letters = own.Letters, Ready = board.IsReady(all.Partitions) };
    }
}
