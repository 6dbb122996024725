using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Silo.Integrity;

/// <summary>Carries repairs to the desk of their source, where the process that has the link takes them.</summary>
internal sealed class DeskGateway(IGrainFactory grains, TimeProvider time) : IRepairGateway
{
    private static readonly TimeSpan WaitPerCall = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async Task<RepairOutcome> Ask(RepairRequest request, CancellationToken cancellation)
    {
        var desk = grains.GetGrain<ISourceDeskGrain>(request.Source);
        var written = Written(request);
        var until = time.GetUtcNow() + Patience;
        try
        {
            for (var again = false; time.GetUtcNow() < until; again = true)
                if (await desk.Ask(written, again, WaitPerCall).OnThisTurn().WaitAsync(cancellation) is { } outcome)
                    return new RepairOutcome(outcome.Answered, outcome.Reason, outcome.RetryAfter, outcome.Unknown);
            return new RepairOutcome(false, "the connector did not say in time how it ended", Unknown: true);
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
