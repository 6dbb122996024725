using Orleans.Runtime;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;

namespace StreamForge.Grains.Market;

/// <content>
/// Whether memory is what is stored, or newer. An activation may have been read before others wrote, and may go on for a while beside
/// them: it takes no delivery of a new assignment, and calls nothing live, before it has looked.
/// </content>
public sealed partial class InstrumentGrain
{
    private static readonly TimeSpan CompareAgainAfter = TimeSpan.FromSeconds(1);

    private Task? _comparing;
    private DateTimeOffset _compareNotBefore;

    /// <summary>
    /// Compares memory to what is stored, where the pumps have delivered more than it holds, or under an assignment that it does not
    /// know. Nothing waits for it; what was never stored comes again by the pump, which notices.
    /// </summary>
    private void CompareWhereDoubted(DateTimeOffset now)
    {
        if (_comparing is { IsCompleted: false } || _lost || _stopping.IsCancellationRequested || now < _compareNotBefore)
            return;
        var (depth, trades) = (StandingOf(Topics.MarketDepth), StandingOf(Topics.MarketTrades));
        if (Holds(Topics.MarketDepth, depth) && Holds(Topics.MarketTrades, trades))
            return;
        _compareNotBefore = now + CompareAgainAfter;
        _comparing = Compare(depth, trades);
    }

    private async Task Compare(FeedStanding depth, FeedStanding trades)
    {
        try
        {
            await CheckStored();
        }
        catch (Exception e)
        {
            // Until it can be asked, answers say that nobody vouches for them.
            Log.NotCompared(logger, _key, e.Message);
            return;
        }

        // The assignments are those of before the question: what began since has not been compared to.
        if (depth.Delivered is { } ofDepth)
            _core.State.Feeds.Compared(Topics.MarketDepth, ofDepth);
        if (trades.Delivered is { } ofTrades)
            _core.State.Feeds.Compared(Topics.MarketTrades, ofTrades);
    }

    /// <summary>Somebody else may have written since this memory was read: compared to what is stored, and read again where it differs.</summary>
    private async Task CheckStored()
    {
        while (true)
        {
            await Idle();
            var known = state.Etag;
            var stored = await directory.CurrentETag(StateName, _key, _stopping.Token);
            if (_busy is not null || state.Etag != known)
                continue;
            if (stored == known)
                return;
            Log.Reloading(logger, _key);
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
            throw new OrleansException($"{_key} has lost its state to another activation, and ends.");
    }
}
