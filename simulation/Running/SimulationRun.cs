using StreamForge.Simulation.Laws;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Running;

/// <summary>What a run came to.</summary>
/// <param name="Failure">The law that was broken, or what else ended it; none where all was well.</param>
internal sealed record RunOutcome(PlatformWorld World, Exception? Failure)
{
    public string? Law => (Failure as LawBrokenException)?.Law;

    public string Entity => (Failure as LawBrokenException)?.Entity ?? "";
}

/// <summary>Runs plans under all laws.</summary>
internal static class SimulationRun
{
    public static RunOutcome Of(RunPlan plan, bool tells = false)
    {
        var world = new PlatformWorld(plan, AllLaws.Create(), tells);
        try
        {
            world.Run();
            if (plan.IsWhole)
                RunMinimum.Check(world);
            return new RunOutcome(world, null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new RunOutcome(world, e);
        }
    }

    /// <summary>The plan without the faults that do not matter to how it failed.</summary>
    public static RunPlan Shrink(RunPlan plan, RunOutcome failed)
    {
        for (var i = plan.Faults.Count - 1; i >= 0; i--)
        {
            var fewer = plan.With([.. plan.Faults.Where((_, n) => n != i)]);
            if (Of(fewer) is { Failure: not null } still && still.Law == failed.Law)
                plan = fewer;
        }

        return plan;
    }
}
