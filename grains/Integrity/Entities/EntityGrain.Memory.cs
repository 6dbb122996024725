using Orleans.Runtime;

namespace StreamForge.Grains.Integrity.Entities;

/// <content>
/// Whether memory is what is stored, or newer. An activation may have been read before others wrote, and may go on for a while beside
/// them: it takes no delivery of a new assignment, and calls nothing live, before it has looked.
/// </content>
public abstract partial class EntityGrain<TState, TCore>
{
    private static readonly TimeSpan CompareAgainAfter = TimeSpan.FromSeconds(1);

    private Task? _comparing;
    private DateTimeOffset _compareNotBefore;

    /// <summary>What the pumps say, as far as it is true of this memory.</summary>
    private FeedStanding Feed(string topic)
    {
        var standing = StandingOf(topic);
        return Holds(topic, standing)
            ? standing
            : standing with { Watermark = null, Reason = standing.Reason ?? "its memory is not yet known to hold all that was delivered" };
    }

    private FeedStanding StandingOf(string topic) =>
        ports.Standings.Of(topic, _loaded.Feeds.PartitionOf(topic), Key, SourceOf(topic));

    private bool Holds(string topic, in FeedStanding standing) =>
        standing.Delivered is not { } delivered || _loaded.Feeds.Hold(topic, delivered);

    /// <summary>
    /// Compares memory to what is stored, where the pumps have delivered more than it holds, or under an assignment that it does not
    /// know. Nothing waits for it; what was never stored comes again by the pump, which notices.
    /// </summary>
    private void CompareWhereDoubted(DateTimeOffset now)
    {
        if (_comparing is { IsCompleted: false } || _lost || _stopping.IsCancellationRequested || now < _compareNotBefore)
            return;
        foreach (var topic in FedBy)
            if (!Holds(topic, StandingOf(topic)))
            {
                _compareNotBefore = now + CompareAgainAfter;
                _comparing = Compare();
                return;
            }
    }

    private async Task Compare()
    {
        // The assignments are those of before the question: what began since has not been compared to.
        var delivered = FedBy.Select(topic => (Topic: topic, StandingOf(topic).Delivered)).ToList();
        try
        {
            await CheckStored();
        }
        catch (Exception e)
        {
            // Until it can be asked, answers say that nobody vouches for them.
            EntityLog.NotCompared(logger, Key, e.Message);
            return;
        }

        foreach (var (topic, before) in delivered)
            if (before is { } compared)
                _loaded.Feeds.Compared(topic, compared);
    }

    /// <summary>Somebody else may have written since this memory was read: compared to what is stored, and read again where it differs.</summary>
    private async Task CheckStored()
    {
        while (true)
        {
            await Idle();
            var known = state.Etag;
            var stored = await ports.Directory.CurrentETag(Kind, Key, _stopping.Token);
            if (_busy is not null || state.Etag != known)
                continue;
            if (stored == known)
                return;
            EntityLog.Reloading(logger, Key);
            await Exclusively(async () =>
            {
                await state.ReadStateAsync();
                Load();
            });
            return;
        }
    }

    private void ThrowIfLost()
    {
        if (_lost)
            throw new OrleansException($"{Key} has lost its state to another activation, and ends.");
    }
}
