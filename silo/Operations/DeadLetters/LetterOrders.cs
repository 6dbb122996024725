using StreamForge.Contracts.Operations;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;

namespace StreamForge.Silo.Operations.DeadLetters;

/// <summary>
/// Carries out what is ordered about a letter; <see cref="LetterRule"/> decides. Two at once are told apart by the versions of the index, so
/// that a record is appended once for each order that wants it.
/// </summary>
internal sealed class LetterOrders(IDeadLetterIndex index, LetterLog log, TimeProvider time)
{
    /// <exception cref="StateStoreException">Storage does not answer.</exception>
    /// <exception cref="EventLogException">The log does not answer; where the record was being appended, the next order looks whether it was.</exception>
    public async Task<OrderAnswer> Replay(string id, bool again, string by)
    {
        while (await index.Find(id, CancellationToken.None) is { } found)
        {
            switch (LetterRule.OnReplay(found.Letter, again, time.GetUtcNow()))
            {
                case ReplayStep.Wait:
                    return Answer(OrderOutcome.UnderWay, $"{id} is being replayed; ask again to hear how that ended.");
                case ReplayStep.Nothing:
                    return Answer(OrderOutcome.NothingToDo, $"{id} was replayed already; with \"again\" it is replayed once more.");
                case ReplayStep.Refuse:
                    return Answer(OrderOutcome.Refused, $"{id} was discarded; with \"again\" it is replayed all the same.");
                case ReplayStep.Look when await log.FindReplay(found.Letter, CancellationToken.None) is { } at:
                    // What nobody heard of then is written down now. Whoever ordered it wanted that, or wants another one after it.
                    if (await index.Change(found, LetterRule.Replayed(found.Letter, at, time.GetUtcNow()), CancellationToken.None) && !again)
                        return Answer(OrderOutcome.Done, $"{id} stands in {found.Letter.Topic}/{at.Partition} at {at.Offset} again.");
                    continue;
            }
            if (await Append(found, by) is { } answer)
                return answer;
        }
        return NoSuch(id);
    }

    /// <exception cref="StateStoreException">Storage does not answer.</exception>
    public async Task<OrderAnswer> Discard(string id, string by)
    {
        while (await index.Find(id, CancellationToken.None) is { } found)
        {
            var (changed, answer) = LetterRule.OnDiscard(found.Letter, by, time.GetUtcNow());
            if (changed is null || await index.Change(found, changed, CancellationToken.None))
                return answer;
        }
        return NoSuch(id);
    }

    public static OrderAnswer NoSuch(string id) => Answer(OrderOutcome.Unknown, $"There is no dead letter {id}.");

    /// <returns>None where somebody else has changed the letter since it was found.</returns>
    private async Task<OrderAnswer?> Append(StoredLetter found, string by)
    {
        var letter = found.Letter;
        if (!log.IsReplayable(letter))
            return Answer(OrderOutcome.Refused, $"{letter.Id} does not say where its record belongs.");
        if (await log.Letter(letter, CancellationToken.None) is not { } stands
            || await log.Value(letter, stands, CancellationToken.None) is not { } value)
            return Answer(OrderOutcome.Refused, $"{letter.Id} cannot be replayed: the log does not keep its record any more.");
        var replaying = LetterRule.Replaying(letter, await log.End(letter, CancellationToken.None), by, time.GetUtcNow());
        if (!await index.Change(found, replaying, CancellationToken.None))
            return null;
        try
        {
            var at = await log.Append(letter, stands, value, CancellationToken.None);
            await Settle(replaying, LetterRule.Replayed(replaying, replaying.ReplayFrom!.Value with { Offset = at.Offset }, time.GetUtcNow()));
            return Answer(OrderOutcome.Done, $"{letter.Id} stands in {at.Partition} at {at.Offset} again.");
        }
        catch (RecordTooLargeException tooLarge)
        {
            await Settle(replaying, LetterRule.NotReplayed(letter, replaying));
            return Answer(OrderOutcome.Refused, $"{letter.Id} cannot be replayed: {tooLarge.Message}");
        }
    }

    /// <summary>Whoever has changed it meanwhile has looked into the log, and knows.</summary>
    private async Task Settle(DeadLetter replaying, DeadLetter settled)
    {
        if (await index.Find(replaying.Id, CancellationToken.None) is { } now && now.Letter == replaying)
            await index.Change(now, settled, CancellationToken.None);
    }

    private static OrderAnswer Answer(OrderOutcome outcome, string detail) => new() { Outcome = outcome, Detail = detail };
}
