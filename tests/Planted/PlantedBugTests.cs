using StreamForge.Simulation.Running;
using StreamForge.Simulation.World;

namespace StreamForge.Tests.Planted;

/// <summary>Bugs that the laws must find: a law that cannot be broken proves nothing.</summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    // Seeds that are green in this very build, with no plant active.
    private static readonly HashSet<int> Green = [];

    // For whoever writes one: PLANTS=name,name tries these alone.
    private static readonly string[]? Wanted = Environment.GetEnvironmentVariable("PLANTS")?.Split(',');

    public static TheoryData<string> Names => [.. Plant.All.Select(plant => plant.Name).Where(name => Wanted?.Contains(name) != false)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_law_finds_it(string name)
    {
        var plant = Plant.All.Single(plant => plant.Name == name);
        for (var seed = plant.From; seed < plant.From + Plant.Within; seed++)
        {
            var outcome = plant.While(() => SimulationRun.Of(RunPlan.Of(seed)));
            if (outcome.Failure is not { } failure)
                continue;
            output.WriteLine($"found by seed {seed}, the first tried was {plant.From}: {failure.Message}");
            Assert.True(plant.Laws.Contains(outcome.Law), $"Seed {seed} was to break {string.Join(" or ", plant.Laws)}: {failure}");
            if (Green.Add(seed))
                Assert.True(SimulationRun.Of(RunPlan.Of(seed)) is { Failure: null }, $"Seed {seed} fails without it too.");
            return;
        }

        Assert.Fail($"Not found by {Plant.Within} seeds from {plant.From} on: {plant.What}");
    }
}
