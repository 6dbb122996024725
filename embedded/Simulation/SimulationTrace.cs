using System.Globalization;
using System.Text;

namespace StreamForge.Embedded.Simulation;

/// <summary>What happened in a simulation, in order: two runs of one seed have equal ones, byte for byte.</summary>
public sealed class SimulationTrace
{
    private readonly StringBuilder _lines = new();

    /// <summary>How many steps and notes.</summary>
    public int Count { get; private set; }

    /// <summary>One line each: microseconds since the start, and what.</summary>
    public override string ToString() => _lines.ToString();

    internal void Add(TimeSpan at, string what)
    {
        Count++;
        _lines.Append(CultureInfo.InvariantCulture, $"{at.TotalMicroseconds:F1} {what}\n");
    }
}
