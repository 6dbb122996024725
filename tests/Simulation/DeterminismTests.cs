using System.Diagnostics;
using StreamForge.Simulation.Running;
using StreamForge.Simulation.World;

namespace StreamForge.Tests.Simulation;

/// <summary>All of a run follows from its seed: the order of turns and all times, to the byte of the trace.</summary>
public sealed class DeterminismTests
{
    private const int Seed = 4;

    [Fact]
    public async Task The_same_seed_gives_the_same_run_in_this_process_and_in_others()
    {
        var here = RunDigest.Of(SimulationRun.Of(RunPlan.Of(Seed)).World);
        Assert.Equal(here, RunDigest.Of(SimulationRun.Of(RunPlan.Of(Seed)).World));
        Assert.NotEqual(here, RunDigest.Of(SimulationRun.Of(RunPlan.Of(Seed + 1)).World));
        // Each process has its own secret of string hashes, its own addresses and its own threads.
        Assert.Equal([here, here], await Task.WhenAll(InAnother(), InAnother()));
    }

    [Fact]
    public void What_runs_beside_a_run_changes_nothing_of_it()
    {
        var alone = new[] { Seed, Seed + 1 }.Select(seed => RunDigest.Of(SimulationRun.Of(RunPlan.Of(seed)).World));
        var beside = SeedBatch.Run([Seed, Seed + 1], threads: 2).Select(outcome => RunDigest.Of(outcome.World));
        Assert.Equal(alone.Order(StringComparer.Ordinal), beside.Order(StringComparer.Ordinal));
    }

    private static async Task<string> InAnother()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "StreamForge.Simulation"), ["--digest", $"{Seed}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (said, complained) = (process.StandardOutput.ReadLineAsync(), process.StandardError.ReadToEndAsync());
        var line = await said ?? "";
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await complained);
        return line;
    }
}
