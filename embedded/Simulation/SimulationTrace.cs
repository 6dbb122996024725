using System.Globalization;
using System.Text;

namespace StreamForge.Embedded.Simulation;

/// <summary>What happened in a simulation, in order: two runs of one seed have equal ones, byte for byte.</summary>
/// <param name="keepsLines">Whether the lines are kept; their digest always is.</param>
public sealed class SimulationTrace(bool keepsLines = true)
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;
    private readonly StringBuilder _lines = new();
    private ulong _digest = FnvOffset;

    /// <summary>How many steps and notes.</summary>
    public int Count { get; private set; }

    /// <summary>FNV-1a, 64 bits, of all that was noted: equal in every process that runs the same.</summary>
    public ulong Digest => _digest;

    /// <summary>One line each: microseconds since the start, and what. Empty where lines are not kept.</summary>
    public override string ToString() => _lines.ToString();

    internal void Add(TimeSpan at, string what)
    {
        Count++;
        Mix((ulong)at.Ticks);
        foreach (var c in what)
            Mix(c);
        if (keepsLines)
            _lines.Append(CultureInfo.InvariantCulture, $"{at.TotalMicroseconds:F1} {what}\n");
    }

    private void Mix(ulong value) => _digest = (_digest ^ value) * FnvPrime;
}
