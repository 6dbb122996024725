using StreamForge.Grains.Integrity;

namespace StreamForge.Tests.Support.Grains;

/// <summary>Ids and chance that are the same in every run of a seed.</summary>
public sealed class SeededIds(int seed = 1) : IIdSource
{
    private readonly Random _random = new(seed);
    private int _next;

    public string NewId() => $"id-{++_next}";

    public double NextDouble() => _random.NextDouble();
}
