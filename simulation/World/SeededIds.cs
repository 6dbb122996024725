using System.Globalization;
using StreamForge.Grains.Integrity;

namespace StreamForge.Simulation.World;

/// <summary>Ids and chance of one process of the world, all from the seed.</summary>
internal sealed class SeededIds(string prefix, int seed) : IIdSource
{
    private readonly Random _random = new(seed);
    private long _ids;

    public string NewId() => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{++_ids}");

    public double NextDouble() => _random.NextDouble();
}
