using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Operations;

namespace StreamForge.Silo.Telemetry;

/// <summary>The other processes that host grains and pumps.</summary>
public interface IPlatformPeers
{
    /// <summary>How each of those that answer stands. Never fails, and waits for none longer than a moment.</summary>
    ValueTask<IReadOnlyList<PlatformStatus>> Ask(CancellationToken cancellation);

    /// <summary>Tells them that an operator has paused or resumed something. Never fails: who does not hear it looks by himself soon.</summary>
    ValueTask LookAtPauses(CancellationToken cancellation);

    /// <summary>Asks whoever reads the partition to let a key go on. Never fails.</summary>
    /// <returns>None where nobody who answers reads it.</returns>
    ValueTask<OrderAnswer?> Unpark(ParkedPlace place, CancellationToken cancellation);
}

/// <summary>There are none: one process is the platform.</summary>
internal sealed class NoPeers : IPlatformPeers
{
    public ValueTask<IReadOnlyList<PlatformStatus>> Ask(CancellationToken cancellation) => ValueTask.FromResult<IReadOnlyList<PlatformStatus>>([]);

    public ValueTask LookAtPauses(CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask<OrderAnswer?> Unpark(ParkedPlace place, CancellationToken cancellation) => ValueTask.FromResult<OrderAnswer?>(null);
}
