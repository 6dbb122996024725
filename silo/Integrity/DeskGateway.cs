using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Silo.Integrity;

/// <summary>Carries repairs to the desk of their source, where the process that has the link takes them.</summary>
internal sealed class DeskGateway(IGrainFactory grains) : IRepairGateway
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    public async Task<RepairOutcome> Ask(RepairRequest request, CancellationToken cancellation)
    {
        var desk = grains.GetGrain<ISourceDeskGrain>(SourcePermits.SourceOf(request.Entity));
        try
        {
            var outcome = await desk.Ask(Written(request), Wait).OnThisTurn().WaitAsync(cancellation);
            return new RepairOutcome(outcome.Answered, outcome.Reason, outcome.RetryAfter, outcome.Unknown);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // The desk is gone, and with it the word how the request ended: it may have been sent.
            return new RepairOutcome(false, error.Message, Unknown: true);
        }
    }

    private static DeskRequest Written(RepairRequest request) => new()
    {
        Id = request.Id,
        Entity = request.Entity,
        FromTrade = request.Kind == RepairKind.Trades ? request.From : null,
        ToTrade = request.Kind == RepairKind.Trades ? request.To : null,
        TraceParent = request.TraceParent,
    };
}
