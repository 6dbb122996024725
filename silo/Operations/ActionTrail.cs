using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Operations;
using StreamForge.Silo.Storage;

namespace StreamForge.Silo.Operations;

/// <summary>Keeps orders: before each is carried out who gave it and why, and after it what became of it.</summary>
internal sealed class ActionTrail(IOperatorActionStore store, TimeProvider time, ILogger<ActionTrail> logger)
{
    /// <summary>Carries an order out, once it is kept.</summary>
    /// <exception cref="StoreUnavailableException">It could not be kept, and nothing was done; or what was done about it failed, as is kept.</exception>
    public async ValueTask<OrderAnswer> Carry(string what, string target, OperatorOrder order, Func<Task<OrderAnswer>> act)
    {
        var number = await StoreCalls.Answers(() => store.Begin(
            new OperatorAction { Number = 0, At = time.GetUtcNow(), By = order.By, What = what, Target = target, Reason = order.Reason },
            CancellationToken.None).AsTask());
        Log.Ordered(logger, number, order.By, what, target, order.Reason);
        try
        {
            var answer = await StoreCalls.Answers(act);
            await End(number, answer.Outcome, answer.Detail);
            return answer with { Number = number };
        }
        catch (Exception error)
        {
            await End(number, OrderOutcome.Failed, error.Message);
            throw;
        }
    }

    private async Task End(long number, OrderOutcome outcome, string detail)
    {
        try
        {
            await store.End(number, new ActionEnd(time.GetUtcNow(), outcome, detail), CancellationToken.None);
        }
        catch (StateStoreException error)
        {
            // What was done is done: without an end the order shows that nobody knows, and the log does.
            Log.EndNotKept(logger, error, number, outcome, detail);
        }
    }
}
