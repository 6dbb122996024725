using System.Globalization;

namespace StreamForge.Sources.Connectors;

/// <summary>Ids and chance of connectors; seeded where a run must be repeatable.</summary>
public sealed class ConnectorIds
{
    private readonly Random _random;
    private readonly Lock _lock = new();

    /// <summary>Ids that no other process has.</summary>
    public ConnectorIds()
        : this(new Random())
    {
    }

    public ConnectorIds(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        _random = random;
    }

    /// <summary>A number in [0, 1).</summary>
    public double NextDouble()
    {
        lock (_lock)
            return _random.NextDouble();
    }

    /// <summary>So many random bytes in hexadecimal.</summary>
    public string NewId(int bytes = 16)
    {
        Span<byte> buffer = stackalloc byte[bytes];
        lock (_lock)
            _random.NextBytes(buffer);
        return Convert.ToHexStringLower(buffer);
    }

    /// <summary>The id of a trace that nobody records, as the header <c>traceparent</c> has it.</summary>
    public string NewTraceParent() => string.Create(CultureInfo.InvariantCulture, $"00-{NewId(16)}-{NewId(8)}-00");
}
