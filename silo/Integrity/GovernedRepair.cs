using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity;

namespace StreamForge.Silo.Integrity;

/// <summary>
/// Repairs under the source's governor: a permit first, then one request. A permit is returned when the request has ended
/// for certain, and left to expire when its outcome is unknown.
/// </summary>
internal sealed partial class GovernedRepair(
    IGrainFactory grains, IRepairGateway gateway, TimeProvider time, ILogger<GovernedRepair> logger) : IRepairPort
{
    private static readonly TimeSpan WaitPerCall = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public async Task<RepairOutcome> Request(RepairRequest request, CancellationToken cancellation)
    {
        var source = SourceOf(request.Entity);
        var governor = grains.GetGrain<ISourceGovernorGrain>(source);
        var ticket = new PermitTicket { Id = request.Id, Group = request.Entity, Interactive = request.Interactive };
        try
        {
            var permit = await Permit(governor, ticket, cancellation);
            return await Ask(governor, permit, request, cancellation);
        }
        catch (OperationCanceledException)
        {
            return new RepairOutcome(false, $"no permit of {source} came in time");
        }
        catch (Exception error)
        {
            Failed(logger, error, request.Entity);
            return new RepairOutcome(false, error.Message);
        }
    }

    /// <summary><c>venue:SYMBOL</c> belongs to the source <c>venue</c>.</summary>
    private static string SourceOf(string entity) => entity.IndexOf(':') is var at and > 0 ? entity[..at] : entity;

    private async Task<PermitAnswer> Permit(ISourceGovernorGrain governor, PermitTicket ticket, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var answer = await governor.Acquire(ticket, WaitPerCall);
                if (answer.Granted && answer.SendBefore > time.GetUtcNow())
                    return answer;
                // Granted too long ago to be used: it is given back and asked for anew.
                if (answer.Granted)
                    await governor.Return(ticket.Id);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // The governor moves or its storage is away: the ticket keeps its place, or finds a new one.
                NoGovernor(logger, error, ticket.Group);
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    private async Task<RepairOutcome> Ask(
        ISourceGovernorGrain governor, PermitAnswer permit, RepairRequest request, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(permit.ExpiresAt - time.GetUtcNow(), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        RepairOutcome outcome;
        try
        {
            outcome = await gateway.Ask(request, either.Token);
        }
        catch (OperationCanceledException)
        {
            // Sent, and nobody knows what became of it: the permit counts until it expires.
            return new RepairOutcome(false, "the source did not answer in time");
        }
        if (!outcome.Unknown)
            await governor.Return(request.Id);
        return outcome;
    }

    [LoggerMessage(1, LogLevel.Warning, "The repair of {Entity} failed")]
    private static partial void Failed(ILogger logger, Exception error, string entity);

    [LoggerMessage(2, LogLevel.Warning, "No permit for {Entity} yet: the governor does not answer")]
    private static partial void NoGovernor(ILogger logger, Exception error, string entity);
}
