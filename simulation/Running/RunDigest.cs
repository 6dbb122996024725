using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Running;

/// <summary>A run in one line: of two runs of one seed it is the same, in every process and on every day.</summary>
internal static class RunDigest
{
    public static string Of(PlatformWorld world)
    {
        var (trace, counts) = (world.Simulated.Trace, world.Reach.Counts.Sum(pair => pair.Value));
        return string.Create(null, $"{world.Plan.Seed} {trace.Count} {trace.Digest:x16} {world.Simulated.Elapsed.Ticks} {counts}");
    }
}
