using System.Diagnostics;
using StreamForge.Simulation.Running;
using StreamForge.Simulation.World;

namespace StreamForge.Tests.Simulation;

/// <summary>A batch of disasters in every test run, the same and some drawn at random; thousands are for <c>./platform simulate</c>.</summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    private const int Batch = 60;
    private const int GreenThrough = 1_000;
    private static readonly TimeSpan RandomFor = TimeSpan.FromSeconds(30);

    [Fact]
    public void No_seed_of_a_batch_breaks_a_law_and_together_they_come_to_all_that_can_go_wrong()
    {
        var reach = new Reach();
        foreach (var world in Green(Enumerable.Range(1, Batch)))
            reach.Add(world.Reach);
        Assert.Empty(ReachCatalog.Missing(reach));
    }

    [Fact]
    public void No_seed_drawn_beyond_the_batch_breaks_a_law()
    {
        // Up to where a whole run was green.
        var watch = Stopwatch.StartNew();
        var run = Green(Forever(() => Random.Shared.Next(Batch + 1, GreenThrough + 1)).TakeWhile(_ => watch.Elapsed < RandomFor)).Count();
        Assert.True(run > 0);
    }

    private IEnumerable<PlatformWorld> Green(IEnumerable<int> seeds)
    {
        foreach (var (world, failure) in SeedBatch.Run(seeds, Environment.ProcessorCount))
        {
            var seed = world.Plan.Seed;
            output.WriteLine($"seed {seed}, {world.Simulated.Elapsed.TotalSeconds:F0} s; ./platform simulate --explain {seed} tells its story");
            Assert.True(failure is null, $"seed {seed}: {failure}");
            yield return world;
        }
    }

    private static IEnumerable<T> Forever<T>(Func<T> draw)
    {
        while (true)
            yield return draw();
    }
}
