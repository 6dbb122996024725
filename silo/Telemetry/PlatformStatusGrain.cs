using StreamForge.Contracts.Integrity;

namespace StreamForge.Silo.Telemetry;

/// <summary>How this process's platform stands.</summary>
internal sealed class PlatformStatusGrain(PlatformStatusBoard board) : Grain, IPlatformStatusGrain
{
    public ValueTask<PlatformStatus> Get() => board.Gather(CancellationToken.None);
}
