using System.Collections.Immutable;
using StreamForge.Contracts.Operations;
using StreamForge.Silo.Storage;

namespace StreamForge.Silo.Operations.DeadLetters;

/// <inheritdoc cref="IDeadLetterGrain"/>
internal sealed class DeadLetterGrain(IDeadLetterIndex index, LetterLog log, LetterOrders orders, ActionTrail trail) : Grain, IDeadLetterGrain
{
    private string Id => this.GetPrimaryKeyString();

    public ValueTask<DeadLetterRecord?> Get() => new(StoreCalls.Answers(async () =>
    {
        if (await index.Find(Id, CancellationToken.None) is not { Letter: var letter })
            return null;
        if (await log.Letter(letter, CancellationToken.None) is not { } stands)
            return new DeadLetterRecord(letter, [], null);
        var value = await log.Value(letter, stands, CancellationToken.None);
        return new DeadLetterRecord(
            letter, [.. LetterLog.OwnHeaders(stands)], value is { } bytes ? ImmutableArray.Create(bytes.Span) : null);
    }));

    public async ValueTask<OrderAnswer> Replay(bool again, OperatorOrder order) => await IsThere()
        ? await trail.Carry("replay", Id, order, () => orders.Replay(Id, again, order.By))
        : LetterOrders.NoSuch(Id);

    public async ValueTask<OrderAnswer> Discard(OperatorOrder order) => await IsThere()
        ? await trail.Carry("discard", Id, order, () => orders.Discard(Id, order.By))
        : LetterOrders.NoSuch(Id);

    private Task<bool> IsThere() => StoreCalls.Answers(async () => await index.Find(Id, CancellationToken.None) is not null);
}

/// <inheritdoc cref="IDeadLetterDirectoryGrain"/>
internal sealed class DeadLetterDirectoryGrain(IDeadLetterIndex index) : Grain, IDeadLetterDirectoryGrain
{
    public ValueTask<DeadLetterPage> List(DeadLetterQuery query) =>
        new(StoreCalls.Answers(() => index.ListLetters(query, CancellationToken.None).AsTask()));
}
