using StreamForge.Grains.Integrity;

namespace StreamForge.Silo.Integrity;

/// <summary>
/// Carries a permitted request to the source's connector. The answer goes to the raw topic; this only says whether it stands
/// there.
/// </summary>
public interface IRepairGateway
{
    /// <summary>Asks once, without retries, within the connector's own time limit. Never throws for a failing source.</summary>
    Task<RepairOutcome> Ask(RepairRequest request, CancellationToken cancellation);
}
