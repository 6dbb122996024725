using StreamForge.Contracts.Operations;
using StreamForge.Silo.Storage;

namespace StreamForge.Tests.Support.Storage;

/// <summary>What every store of operators' orders does. A test project derives a class for each implementation.</summary>
public abstract class OperatorActionStoreContract : OperationStoresContract
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    protected static ActionEnd Ended { get; } = new(At.AddSeconds(1), OrderOutcome.Done, "It is paused.");

    private IOperatorActionStore Store => Fixture.Stores.Actions;

    [Fact]
    public async Task Orders_are_kept_with_their_ends_the_newest_first()
    {
        var first = await Store.Begin(Action("pause", "zoe"), Cancellation);
        var second = await Store.Begin(Action("resume", "max"), Cancellation);
        Assert.True(second > first);
        Assert.Equal([null, null], (await List()).Select(action => action.End));
        await Store.End(first, Ended, Cancellation);
        await Fixture.Reopen();
        Assert.Equal(
            [Action("resume", "max") with { Number = second }, Action("pause", "zoe") with { Number = first, End = Ended }], await List());
        Assert.True(await Store.Begin(Action("pause", "zoe"), Cancellation) > second);
    }

    [Fact]
    public async Task The_first_end_stays()
    {
        var number = await Store.Begin(Action("pause", "zoe"), Cancellation);
        await Store.End(number, Ended, Cancellation);
        await Store.End(number, new ActionEnd(At.AddDays(1), OrderOutcome.Failed, "another"), Cancellation);
        Assert.Equal(Ended, Assert.Single(await List()).End);
    }

    [Fact]
    public async Task Orders_are_found_by_verb_by_who_gave_them_and_page_by_page()
    {
        var numbers = new List<long>();
        for (var i = 0; i < 10; i++)
            numbers.Add(await Store.Begin(Action(i % 2 == 0 ? "pause" : "resume", i < 5 ? "zoe" : "max"), Cancellation));
        numbers.Reverse();
        Assert.Equal(numbers[..4], await Numbers(new ActionQuery(Limit: 4)));
        Assert.Equal(numbers[4..8], await Numbers(new ActionQuery(Before: numbers[3], Limit: 4)));
        Assert.Equal(numbers.Where((_, i) => i % 2 == 1), await Numbers(new ActionQuery(What: "pause")));
        Assert.Equal(numbers[5..], await Numbers(new ActionQuery(By: "zoe")));
        Assert.Equal([numbers[7]], await Numbers(new ActionQuery(Before: numbers[6], What: "pause", By: "zoe", Limit: 1)));
        Assert.Empty(await Numbers(new ActionQuery(Before: numbers[^1])));
    }

    [Fact]
    public async Task Orders_at_once_have_numbers_of_their_own()
    {
        var numbers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            Task.Run(async () => await Store.Begin(Action("pause", $"op{i}"), Cancellation))));
        Assert.Equal(16, numbers.Distinct().Count());
        Assert.Equal(numbers.OrderDescending(), (await List()).Select(action => action.Number));
    }

    protected static OperatorAction Action(string what, string by) => new()
    {
        Number = 0, At = At, By = by, What = what, Target = "market.depth/3", Reason = "it's \"why\" — 😀",
    };

    private async Task<IReadOnlyList<OperatorAction>> List() => await Store.ListActions(new ActionQuery(), Cancellation);

    private async Task<IEnumerable<long>> Numbers(ActionQuery query) =>
        (await Store.ListActions(query, Cancellation)).Select(action => action.Number);
}
