using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>Storage that is restored from an older copy while pumps and grains live on.</summary>
public class StorageSetBackTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task All_since_the_copy_is_read_again_also_of_keys_that_are_quiet_since(int takeOvers)
    {
        await using var harness = await PumpHarness.Create();
        await harness.Join();
        await Append(harness, 0, 50, "quiet", "busy");
        await harness.AllDurable();
        var restore = await harness.Backup();
        // Epochs that storage forgets.
        var group = await harness.Join();
        for (var i = 0; i < takeOvers; i++)
            group = await harness.Join();
        await Append(harness, 50, 50, "quiet", "busy");
        await harness.AllDurable();

        await restore();
        await Append(harness, 100, 10, "busy");
        await harness.AllDurable();

        Assert.Equal(Numbers(100), harness.Grain("quiet").Durable);
        Assert.Equal(Numbers(110), harness.Grain("busy").Durable);
        Assert.Equal(1, harness.Counters.SetBacks);
        Assert.All(group.Pumps, static pump => Assert.Null(pump.StallReason));
        harness.AssertBooksBalance();
    }

    [Fact]
    public async Task A_grain_that_lost_what_was_stored_of_it_alone_goes_on_and_storage_counts_as_whole()
    {
        await using var harness = await PumpHarness.Create();
        await harness.Join();
        await Append(harness, 0, 50, "a", "b");
        await harness.AllDurable();
        var restore = harness.Grain("a").Copy();
        await Append(harness, 50, 50, "a", "b");
        await harness.AllDurable();

        restore();
        harness.Grain("a").LoseMemory();
        await Append(harness, 100, 10, "a", "b");
        await harness.AllDurable();

        // What it misses its own sequences tell.
        Assert.Equal([.. Numbers(50), .. Enumerable.Range(100, 10).Select(i => (long)i)], harness.Grain("a").Durable);
        Assert.Equal(Numbers(110), harness.Grain("b").Durable);
        Assert.Equal(0, harness.Counters.SetBacks);
    }

    private static async Task Append(PumpHarness harness, int from, int count, params string[] keys)
    {
        for (var i = from; i < from + count; i++)
            foreach (var key in keys)
                await harness.Append(key, i.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static IEnumerable<long> Numbers(int count) => Enumerable.Range(0, count).Select(i => (long)i);
}
