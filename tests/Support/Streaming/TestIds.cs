using StreamForge.Grains.Integrity;

namespace StreamForge.Tests.Support.Streaming;

/// <summary>Ids and chance from a seed.</summary>
public sealed class TestIds(int seed = 1) : IIdSource
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);

    public string NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_lock)
            _random.NextBytes(bytes);
        return new Guid(bytes).ToString("N");
    }

    public double NextDouble()
    {
        lock (_lock)
            return _random.NextDouble();
    }
}
