using StreamForge.Contracts.Integrity;
using StreamForge.Silo.Storage;

namespace StreamForge.Tests.Support.Storage;

/// <summary>What every store of pauses does. A test project derives a class for each implementation.</summary>
public abstract class PauseStoreContract : OperationStoresContract
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private IPauseStore Store => Fixture.Stores.Pauses;

    [Fact]
    public async Task Pauses_are_listed_in_order_and_last()
    {
        Assert.Empty(await Store.ListPaused(Cancellation));
        PausedPartition[] all = [Row("market.depth", 2), Row("market.depth", 10), Row("market.trades", 0)];
        foreach (var row in all.Reverse())
            Assert.True(await Store.Pause(row, Cancellation));
        Assert.Equal(all, await Store.ListPaused(Cancellation));
        await Fixture.Reopen();
        Assert.Equal(all, await Store.ListPaused(Cancellation));
    }

    [Fact]
    public async Task Of_two_pauses_the_first_stays()
    {
        var first = Row("t", 1);
        Assert.True(await Store.Pause(first, Cancellation));
        Assert.False(await Store.Pause(first with { Pause = new PartitionPause(At.AddDays(1), "another", "later") }, Cancellation));
        Assert.Equal(first, Assert.Single(await Store.ListPaused(Cancellation)));
    }

    [Fact]
    public async Task Resuming_ends_one_pause_once()
    {
        await Store.Pause(Row("t", 1), Cancellation);
        await Store.Pause(Row("t", 2), Cancellation);
        Assert.True(await Store.Resume("t", 1, Cancellation));
        Assert.False(await Store.Resume("t", 1, Cancellation));
        Assert.False(await Store.Resume("other", 2, Cancellation));
        Assert.Equal([Row("t", 2)], await Store.ListPaused(Cancellation));
        await Fixture.Reopen();
        Assert.Equal([Row("t", 2)], await Store.ListPaused(Cancellation));
        Assert.True(await Store.Pause(Row("t", 1), Cancellation));
    }

    [Fact]
    public async Task Of_those_that_come_at_once_one_pauses()
    {
        var paused = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await Store.Pause(Row("t", 1), Cancellation))));
        Assert.Single(paused, true);
        // Those that find it paused say so, though another one was quicker.
        var resumed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await Store.Resume("t", 1, Cancellation))));
        Assert.Contains(true, resumed);
        Assert.Empty(await Store.ListPaused(Cancellation));
    }

    [Fact]
    public async Task Any_text_of_an_operator_can_be_kept()
    {
        await Store.Pause(new PausedPartition("t", 0, new PartitionPause(At, "Zoë O'Neil \"ops\"", "why; drop table 😀 — über\tall")), Cancellation);
        var row = Assert.Single(await Store.ListPaused(Cancellation));
        Assert.Equal(("Zoë O'Neil \"ops\"", "why; drop table 😀 — über\tall"), (row.Pause.By, row.Pause.Reason));
    }

    private static PausedPartition Row(string topic, int partition) => new(topic, partition, new PartitionPause(At, "op", "why"));
}
