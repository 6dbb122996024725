using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Silo.Integrity;

/// <summary>
/// Requests to sources, each under a permit of the source's governor. A permit is returned when its request has ended for
/// certain, and left to expire when the outcome is unknown.
/// </summary>
public sealed partial class SourcePermits(IGrainFactory grains, TimeProvider time, ILogger<SourcePermits> logger)
{
    private static readonly TimeSpan WaitPerCall = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary><c>venue:SYMBOL</c> belongs to the source <c>venue</c>.</summary>
    public static string SourceOf(string entity) => entity.IndexOf(':') is var at and > 0 ? entity[..at] : entity;

    /// <summary>Waits for a permit, then asks, within the permit's life.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before a permit came.</exception>
    public async Task<RepairOutcome> Use(
        string source, PermitTicket ticket, Func<CancellationToken, Task<RepairOutcome>> ask, CancellationToken cancellation)
    {
        var governor = grains.GetGrain<ISourceGovernorGrain>(source);
        using var deadline = new CancellationTokenSource(await Wait(governor, ticket, cancellation), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        RepairOutcome outcome;
        try
        {
            outcome = await ask(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Sent, and nobody knows what became of it: the permit counts until it expires.
            return new RepairOutcome(false, "the source did not answer in time", Unknown: true);
        }
        if (!outcome.Unknown)
            await GiveBack(governor, ticket);
        return outcome;
    }

    /// <returns>Within what the request must have ended.</returns>
    private async Task<TimeSpan> Wait(ISourceGovernorGrain governor, PermitTicket ticket, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var asked = time.GetTimestamp();
            try
            {
                var answer = await governor.Acquire(ticket, WaitPerCall).OnThisTurn().WaitAsync(cancellation);
                var took = time.GetElapsedTime(asked);
                if (answer.Granted && answer.SendWithin > took && answer.EndWithin > took)
                    return answer.EndWithin - took;
                // Granted too long ago to be used: it is given back and asked for anew.
                if (answer.Granted)
                    await governor.Return(ticket.Id);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // It may be granted after all, to nobody.
                _ = GiveUp(governor, ticket);
                throw;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // The governor moves or its storage is away: the ticket keeps its place, or finds a new one.
                NoGovernor(logger, error, ticket.Group);
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    private async Task GiveBack(ISourceGovernorGrain governor, PermitTicket ticket)
    {
        try
        {
            await governor.Return(ticket.Id);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // It then counts until it expires: never too little.
            NotReturned(logger, error, ticket.Group);
        }
    }

    /// <summary>Nobody waits for the answer; the engine itself may be about to end.</summary>
    private async Task GiveUp(ISourceGovernorGrain governor, PermitTicket ticket)
    {
        try
        {
            await governor.Return(ticket.Id);
        }
        catch (Exception error)
        {
            NotGivenUp(logger, error, ticket.Group);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "No permit for {Entity} yet: the governor does not answer")]
    private static partial void NoGovernor(ILogger logger, Exception error, string entity);

    [LoggerMessage(2, LogLevel.Warning, "The permit of {Entity} could not be returned and counts until it expires")]
    private static partial void NotReturned(ILogger logger, Exception error, string entity);

    [LoggerMessage(3, LogLevel.Debug, "The ticket of {Entity} could not be given up; a permit that it gets counts until it expires")]
    private static partial void NotGivenUp(ILogger logger, Exception error, string entity);
}
