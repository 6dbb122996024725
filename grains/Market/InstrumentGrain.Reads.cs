using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;

namespace StreamForge.Grains.Market;

/// <content>Answers, from memory.</content>
public sealed partial class InstrumentGrain
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    public ValueTask<InstrumentView> GetView()
    {
        Observe(Now);
        return ValueTask.FromResult(Core.View());
    }

    public ValueTask<BookView> GetBook(int depth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        Observe(Now);
        return ValueTask.FromResult(Core.Book(depth));
    }

    public ValueTask<TradesView> GetTrades(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        Observe(Now);
        return ValueTask.FromResult(Core.Trades(limit));
    }

    public async ValueTask<CandlesView> GetCandles(CandleInterval interval, DateTimeOffset from, DateTimeOffset to)
    {
        if (!Enum.IsDefined(interval))
            throw new ArgumentOutOfRangeException(nameof(interval), interval, "No such interval.");
        var older = await OlderMinutes(from, to);
        Observe(Now);
        return Core.Candles(interval, from, to, older);
    }

    public async ValueTask<StreamPage> ReadUpdates(string? life, long afterVersion, int max, TimeSpan wait)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        CheckWait(wait);
        var now = Now;
        Observe(now);
        Watched(now);
        var page = Core.Updates.Read(life, afterVersion, max);
        if (page.Reset || page.Updates.Length > 0 || wait == TimeSpan.Zero)
            return page;
        await Changed(wait);
        return Core.Updates.Read(life, afterVersion, max);
    }

    public async ValueTask<bool> WaitForSequence(long sequence, TimeSpan wait)
    {
        CheckWait(wait);
        var deadline = Now + wait;
        while (Core.State.BookSequence < sequence)
        {
            var left = deadline - Now;
            if (left <= TimeSpan.Zero)
                return false;
            await Changed(left);
        }

        return true;
    }

    private static void CheckWait(TimeSpan wait)
    {
        if (wait < TimeSpan.Zero || wait > MaxWait)
            throw new ArgumentOutOfRangeException(nameof(wait), wait, "A call waits from zero to 10 s.");
    }
}
