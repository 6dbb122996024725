using StreamForge.Simulation.Running;
using StreamForge.Simulation.World;

namespace StreamForge.Tests.Simulation;

/// <summary>A handful of disasters in every test run; thousands are for <c>./platform simulate</c>.</summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    // 1 once found an activation that trusted what was said of another one's memory.
    private const int First = 1;
    private const int Count = 4;

    [Fact]
    public void No_seed_breaks_a_law()
    {
        for (var seed = First; seed < First + Count; seed++)
        {
            output.WriteLine($"seed {seed}; ./platform simulate --explain {seed} tells its story");
            var outcome = SimulationRun.Of(RunPlan.Of(seed));
            Assert.True(outcome.Failure is null, $"seed {seed}: {outcome.Failure?.Message}");

            var world = outcome.World;
            Assert.True(world.Plan.Nodes >= 3, $"seed {seed} has {world.Plan.Nodes} nodes");
            Assert.True(world.Venue.Events >= 2_000, $"seed {seed} had {world.Venue.Events} events");
            Assert.True(world.Reach.Sum("fault/") >= 20, $"seed {seed} had {world.Reach.Sum("fault/")} faults");
            Assert.True(world.Reads >= 200, $"seed {seed} had {world.Reads} reads");
            Assert.True(world.Reach["answer/live"] >= 50, $"seed {seed} had {world.Reach["answer/live"]} live answers");
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var plan = RunPlan.Of(seed: 4);
        var (first, second) = (SimulationRun.Of(plan).World.Simulated, SimulationRun.Of(plan).World.Simulated);
        Assert.Equal((first.Trace.Count, first.Trace.Digest, first.Elapsed), (second.Trace.Count, second.Trace.Digest, second.Elapsed));
        Assert.NotEqual(first.Trace.Digest, SimulationRun.Of(RunPlan.Of(seed: 3)).World.Simulated.Trace.Digest);
    }
}
