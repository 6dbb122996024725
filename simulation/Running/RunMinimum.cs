using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Running;

/// <summary>What every run must have had: a run in which little happened proves little.</summary>
internal static class RunMinimum
{
    public const int Nodes = 3;
    public const int Events = 2_000;
    public const int Faults = 20;
    public const int Reads = 200;

    /// <exception cref="InvalidOperationException">It had less.</exception>
    public static void Check(PlatformWorld world)
    {
        var faults = world.Reach.Sum("fault/");
        if (world.Plan.Nodes < Nodes || world.Venue.Events < Events || faults < Faults || world.Reads < Reads)
            throw new InvalidOperationException(
                $"Too little happened: {world.Plan.Nodes} nodes, {world.Venue.Events} events, {faults} faults, {world.Reads} reads.");
    }
}
