using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity;

namespace StreamForge.Silo.Integrity;

/// <summary>Repairs under the source's governor: a permit first, then one request.</summary>
internal sealed partial class GovernedRepair(
    SourcePermits permits, IRepairGateway gateway, ILogger<GovernedRepair> logger) : IRepairPort
{
    public async Task<RepairOutcome> Request(RepairRequest request, CancellationToken cancellation)
    {
        var ticket = new PermitTicket { Id = request.Id, Group = request.Entity, Interactive = request.Interactive };
        try
        {
            return await permits.Use(request.Source, ticket, token => gateway.Ask(request, token), cancellation);
        }
        catch (OperationCanceledException)
        {
            return new RepairOutcome(false, "no permit came in time");
        }
        catch (Exception error)
        {
            Failed(logger, error, request.Entity);
            return new RepairOutcome(false, error.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The repair of {Entity} failed")]
    private static partial void Failed(ILogger logger, Exception error, string entity);
}
