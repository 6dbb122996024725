using StreamForge.Embedded.Simulation;

namespace StreamForge.Simulation.World;

/// <summary>Since when nodes and calls between them have been left alone, so long that nothing of before can matter to a read.</summary>
internal sealed class Steady(SimulatedWorld world)
{
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(8);
    private TimeSpan _moved;

    /// <summary>None while something moves.</summary>
    public TimeSpan? Since => world.Elapsed - _moved >= Settles ? _moved + Settles : null;

    /// <summary>A node came, went or stood still, the directory forgot something, or a call was not carried as it should be.</summary>
    public void Disturb() => _moved = world.Elapsed;
}
