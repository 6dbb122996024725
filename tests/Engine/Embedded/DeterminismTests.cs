namespace StreamForge.Tests.Engine.Embedded;

/// <summary>The proof that a simulator is possible: all follows from the seed.</summary>
public sealed class DeterminismTests(ITestOutputHelper output)
{
    /// <summary>New ones in every run; each is printed, and any can be put here to see it again.</summary>
    private static readonly int[] Seeds = [.. Enumerable.Range(0, 50).Select(_ => Random.Shared.Next())];

    [Fact]
    public void Two_runs_of_one_seed_are_equal_byte_for_byte()
    {
        foreach (var seed in Seeds)
        {
            var first = Run(seed);
            var second = Run(seed);
            Assert.True(
                first.Trace == second.Trace, $"Seed {seed} gave two traces: {FirstDifference(first.Trace, second.Trace)}");
        }
    }

    [Fact]
    public void Different_seeds_go_different_ways()
    {
        var traces = Seeds.Distinct().Select(seed => Run(seed).Trace).ToList();
        Assert.Equal(traces.Count, traces.Distinct().Count());
    }

    [Fact]
    public void Whatever_happens_each_record_is_counted_exactly_once()
    {
        var conflicts = 0;
        foreach (var seed in Seeds)
        {
            var run = Run(seed);
            conflicts += run.Conflicts;
            Assert.True(
                run.Expected == run.Stored.Sum, $"Seed {seed}: {run.Stored.Sum} is stored where {run.Expected} was logged.");
        }

        // Else the troubles were too mild to mean anything.
        Assert.True(conflicts > 0);
    }

    private CounterScenario Run(int seed)
    {
        output.WriteLine($"seed {seed}");
        var scenario = new CounterScenario(seed);
        scenario.Run();
        return scenario;
    }

    private static string FirstDifference(string one, string other)
    {
        var pair = one.Split('\n').Zip(other.Split('\n')).FirstOrDefault(lines => lines.First != lines.Second);
        return $"'{pair.First}' and '{pair.Second}'";
    }
}
