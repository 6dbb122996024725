using System.Collections.Immutable;
using System.Globalization;
using StreamForge.Contracts.Clients;
using StreamForge.Grains.Clients.Statements;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Grains.Clients;

/// <content>Postings that go to the grains of their months, and back.</content>
public sealed partial class ClientGrain
{
    public async ValueTask<StatementView?> GetStatement(
        string account, DateOnly from, DateOnly to, DateOnly? afterDay, long afterNumber, int limit)
    {
        ArgumentException.ThrowIfNullOrEmpty(account);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (Core.DaysOf(account) is not var (first, last))
            return null;
        if (afterDay > from)
            from = afterDay.Value;
        var page = new List<Posting>();
        var month = FirstOf(from > first ? from : first);
        for (var end = to < last ? to : last; month <= end && page.Count <= limit; month = month.AddMonths(1))
            foreach (var posting in await MonthOf(account, month))
                if (posting.BookedOn >= from && posting.BookedOn <= to
                    && (posting.BookedOn != afterDay || posting.Number > afterNumber) && page.Count <= limit)
                    page.Add(posting);
        Observe(Now);
        var hasMore = page.Count > limit;
        return Core.Statement(account, [.. page.Take(limit)], hasMore);
    }

    /// <summary>What was taken in since becomes durable in the grains of its months.</summary>
    protected override async Task Forward()
    {
        var core = Core;
        foreach (var (month, postings) in core.State.Pending.ByMonth())
        {
            await Month(month).Put(postings);
            core.State.Pending.Left(month, postings.Length);
        }
    }

    /// <summary>A month with what is on its way there, in order.</summary>
    private async ValueTask<IEnumerable<Posting>> MonthOf(string account, DateOnly first)
    {
        var month = StatementMonth.Of(account, first);
        // Before the grain is asked: what leaves while it answers is in one of the two, or in both.
        var pending = Core.State.Pending.Of(month).ToImmutableArray();
        var stored = await Month(month).Get().OnThisTurn();
        if (pending.IsEmpty)
            return stored;
        return stored.Concat(pending).DistinctBy(posting => posting.Number).Order(PostingCodec.InOrder);
    }

    private IStatementMonthGrain Month(StatementMonth month) => GrainFactory.GetGrain<IStatementMonthGrain>(
        string.Create(CultureInfo.InvariantCulture, $"{Key}/{month.Account}/{month.Year:D4}-{month.Month:D2}"));

    private static DateOnly FirstOf(DateOnly day) => new(day.Year, day.Month, 1);
}
