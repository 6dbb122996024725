using StreamForge.Contracts.Operations;

namespace StreamForge.Silo.Storage;

/// <summary>Every order that an operator gave, and how it ended. What is written stays as it is.</summary>
public interface IOperatorActionStore
{
    /// <summary>Keeps an order, durably, before it is carried out.</summary>
    /// <param name="action">Its number does not count.</param>
    /// <returns>Its number.</returns>
    /// <exception cref="StateStoreException">It is not known to be kept.</exception>
    ValueTask<long> Begin(OperatorAction action, CancellationToken cancellation);

    /// <summary>Keeps how it ended, durably. Of two ends the first stays.</summary>
    /// <exception cref="StateStoreException">It is not known to be kept: repeat.</exception>
    ValueTask End(long number, ActionEnd end, CancellationToken cancellation);

    /// <summary>Orders, the newest first, at most <see cref="ActionQuery.Limit"/>.</summary>
    ValueTask<IReadOnlyList<OperatorAction>> ListActions(ActionQuery query, CancellationToken cancellation);
}
