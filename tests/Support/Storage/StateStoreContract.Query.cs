using StreamForge.Grains.State;

namespace StreamForge.Tests.Support.Storage;

public abstract partial class StateStoreContract
{
    private static readonly DateTimeOffset Due = new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);

    [Fact]
    public async Task Rows_are_found_by_their_columns()
    {
        await Indexed("1", new StateIndex("binance", "live", 11, Due));
        await Indexed("2", new StateIndex("binance", "gap", 12, Due.AddHours(1)));
        await Indexed("3", new StateIndex("kraken", "live", null, null));
        await Indexed("4", new StateIndex(null, null));

        Assert.Equal(["1", "2", "3", "4"], await Ids(new StateQuery(_kind)));
        Assert.Equal(["1", "2"], await Ids(new StateQuery(_kind, Scope: "binance")));
        Assert.Equal(["1", "3"], await Ids(new StateQuery(_kind, Status: "live")));
        Assert.Equal(["2"], await Ids(new StateQuery(_kind, Scope: "binance", Status: "gap")));
        Assert.Equal(["1"], await Ids(new StateQuery(_kind, DueBefore: Due.AddMinutes(1))));
        Assert.Empty(await Ids(new StateQuery(_kind, DueBefore: Due)));
        Assert.Empty(await Ids(new StateQuery(_kind + "-other")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_with_and_without_columns_are_written_together(bool first)
    {
        var due = Enumerable.Range(0, 40).Select(i => i % 2 == 0 == first ? Due.AddSeconds(i) : (DateTimeOffset?)null).ToArray();
        string? etag = null;
        // New rows, and rows that are there already.
        for (var round = 0; round < 2; round++)
        {
            var writes = due.Select((at, i) => Write($"{i:00}", etag) with
            {
                Index = at is null ? new StateIndex(null, null) : new StateIndex("binance", "gap", i, at),
                ETag = $"round {round}",
            });
            Assert.All(await Task.WhenAll(writes.Select(write => Store.Write(write, Cancellation).AsTask())), outcome => Assert.True(outcome.Written));
            etag = $"round {round}";
            Assert.Equal(due, (await Store.Query(new StateQuery(_kind), Cancellation)).Select(entry => entry.Index.DueAt));
        }
    }

    [Fact]
    public async Task An_entry_carries_its_columns_its_size_and_when_it_was_written()
    {
        var index = new StateIndex("binance", "live", 9_007_199_254_740_993, Due);
        await Indexed("a", index);
        await Fixture.Reopen();
        var entry = Assert.Single(await Store.Query(new StateQuery(_kind), Cancellation));
        Assert.Equal(index, entry.Index);
        Assert.Equal("a", entry.Id);
        Assert.Equal(_kind, entry.Kind);
        Assert.True(entry.Bytes > 0);
        Assert.NotEqual(default, entry.WrittenAt);
        Assert.Equal(TimeSpan.Zero, entry.WrittenAt.Offset);
    }

    [Fact]
    public async Task Columns_follow_the_newest_write_and_vanish_with_the_row()
    {
        var first = await Indexed("a", new StateIndex("s", "gap"));
        var second = Write("a", first) with { Index = new StateIndex("s", "live") };
        await Written(second);
        Assert.Empty(await Ids(new StateQuery(_kind, Status: "gap")));
        Assert.Equal(["a"], await Ids(new StateQuery(_kind, Status: "live")));
        await Fixture.Reopen();
        Assert.Empty(await Ids(new StateQuery(_kind, Status: "gap")));
        await Store.Delete(second.Key, second.ETag, Cancellation);
        Assert.Empty(await Ids(new StateQuery(_kind)));
    }

    [Fact]
    public async Task Lists_are_paged_in_ordinal_order_of_id()
    {
        // Ordinal order puts capitals before small letters, whatever the collation of a database says.
        string[] ids = ["B", "a", "a-b", "a/b", "aB", "ab", "b", "z1", "z10", "z2"];
        foreach (var id in ids.Reverse())
            await Indexed(id, new StateIndex("s", "x"));

        var seen = new List<string>();
        string? after = null;
        while (true)
        {
            var page = await Ids(new StateQuery(_kind, Scope: "s", After: after, Limit: 3));
            if (page.Count == 0)
                break;
            Assert.True(page.Count <= 3);
            seen.AddRange(page);
            after = page[^1];
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), seen);
    }

    private async Task<string> Indexed(string id, StateIndex index) =>
        (await Written(Write(id, null) with { Index = index })).ETag;

    private async Task<List<string>> Ids(StateQuery query) =>
        [.. (await Store.Query(query, Cancellation)).Select(e => e.Id)];
}
